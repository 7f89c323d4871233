// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
public import Strata

/// The page of a plugin, held against what the plugin declares.
public enum PluginPage {
  /// The options that the page of `folder` does not name, or whose default it does not say.
  public static func missing(_ stage: any CacheStage.Type, folder: String) throws -> [String] {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appendingPathComponent("Plugins/\(folder)/README.md")
    let page = try String(contentsOf: file, encoding: .utf8)
    return stage.options.filter { option in
      let row = page.split(separator: "\n").first { $0.hasPrefix("| `\(option.name)` |") }
      guard let row else { return true }
      return !row.contains(option.isRequired ? "required" : option.shownDefault ?? "")
    }.map(\.name)
  }
}
