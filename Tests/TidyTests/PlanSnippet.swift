// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Example
import Strata
import StrataConfig
import StrataCore

/// A block of YAML from a page, made into a whole file where it is a part of one.
///
/// - It begins with a list: stages, the pipeline of a cache.
/// - It has `version`: a whole file.
/// - It has `stores` or `caches`: a file without its first line.
/// - Anything else: what a cache says beside its pipeline.
struct PlanSnippet {
  /// The file.
  let text: String
  private let isPart: Bool

  init(_ block: String) {
    let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
    let keys = Set(lines.compactMap(Self.topKey))
    isPart = !keys.contains("version")
    if !isPart {
      text = block
    } else if lines.first(where: Self.isContent)?.hasPrefix("- ") ?? false {
      let stages = Self.indented(block, by: 6)
      text = "version: 1\n\(Self.stores)caches:\n  sample:\n    ttl: 10m\n    pipeline:\n\(stages)"
    } else if keys.isDisjoint(with: ["stores", "caches"]) {
      let body = Self.indented(block, by: 4)
      let pipeline = keys.contains("pipeline") ? "" : "    pipeline: []\n"
      text = "version: 1\n\(Self.stores)caches:\n  sample:\n\(body)\(pipeline)"
    } else {
      text = "version: 1\n\(block)"
    }
  }

  /// The stores that parts of plans may name.
  private static let stores = """
    stores:
      memory: { kind: memory, capacity: 64MiB }
      disk: { kind: file, path: /var/cache/app }
      bus: { kind: bus }

    """

  private static func isContent(_ line: Substring) -> Bool {
    let text = line.drop { $0 == " " }
    return !text.isEmpty && !text.hasPrefix("#")
  }

  private static func topKey(_ line: Substring) -> String? {
    guard let first = line.first, first.isLetter else { return nil }
    return line.split(separator: ":").first.map(String.init)
  }

  private static func indented(_ block: String, by width: Int) -> String {
    let indent = String(repeating: " ", count: width)
    return block.split(separator: "\n").map { "\(indent)\($0)\n" }.joined()
  }

  /// Everything wrong with the file. A part of a file need not have all that a file must.
  var problems: [ConfigurationProblem] {
    let reader = ConfigReader(files: ConfigTexts(["strata.yaml": text])) { _ in nil }
    let problems = reader.plan("strata.yaml", registry: Self.registry).problems
    return problems.filter { problem in
      !(isPart && problem.message.hasPrefix("is missing"))
    }
  }

  /// What comes with Strata, and the stage that the guide builds.
  private static let registry: Registry = {
    var registry = Registry.builtIn
    try? registry.register(SlowLoadLog.self)
    return registry
  }()
}
