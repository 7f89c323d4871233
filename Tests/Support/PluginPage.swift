// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import Strata

/// The page of a plugin, held against what the plugin declares.
public enum PluginPage {
  /// The options that the page of `folder` does not name, or whose default it does not say.
  public static func missing(_ stage: any CacheStage.Type, folder: String) throws -> [String] {
    let page = try Repository.text("Plugins/\(folder)/README.md")
    return stage.options.filter { option in
      let row = page.split(separator: "\n").first { $0.hasPrefix("| `\(option.name)` |") }
      guard let row else { return true }
      return !row.contains(option.isRequired ? "required" : option.shownDefault ?? "")
    }.map(\.name)
  }
}
