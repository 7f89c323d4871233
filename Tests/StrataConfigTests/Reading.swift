// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore

/// A configuration read from texts, with short words for tests.
struct Reading {
  let reading: ConfigReading

  /// Reads `text` as the file `a.yaml`, which may include `others`.
  init(
    _ text: String, others: [String: String] = [:], environment: [String: String] = [:],
    limits: ConfigLimits = ConfigLimits()
  ) {
    self.init(
      bytes: Array(text.utf8), others: others, environment: environment, limits: limits)
  }

  init(
    bytes: [UInt8], others: [String: String] = [:], environment: [String: String] = [:],
    limits: ConfigLimits = ConfigLimits()
  ) {
    var files = ConfigTexts(others)
    files.files["a.yaml"] = bytes
    reading = ConfigReader(files: files, environment: { environment[$0] }, limits: limits)
      .read("a.yaml")
  }

  var messages: [String] { reading.problems.map(\.description) }

  /// The tree on one line: maps in braces, quoted scalars in quotes, `~` for nothing.
  var outline: String { reading.root.map(Self.outline) ?? messages.joined(separator: "\n") }

  /// The node at keys and positions from the root.
  subscript(_ steps: any PathStep...) -> ConfigNode? {
    steps.reduce(reading.root) { node, step in node.flatMap { step.step(into: $0) } }
  }

  static func outline(_ node: ConfigNode) -> String {
    switch node.value {
    case .null: "~"
    case .scalar(let text, let isQuoted): isQuoted ? "\"\(text)\"" : text
    case .list(let items): "[\(items.map(outline).joined(separator: ", "))]"
    case .map(let fields):
      "{\(fields.map { "\($0.key): \(outline($0.value))" }.joined(separator: ", "))}"
    }
  }
}

/// A key of a map or a position in a list.
protocol PathStep {
  func step(into node: ConfigNode) -> ConfigNode?
}

extension String: PathStep {
  func step(into node: ConfigNode) -> ConfigNode? { node.field(self)?.value }
}

extension Int: PathStep {
  func step(into node: ConfigNode) -> ConfigNode? {
    if case .list(let items) = node.value, items.indices.contains(self) { items[self] } else { nil }
  }
}
