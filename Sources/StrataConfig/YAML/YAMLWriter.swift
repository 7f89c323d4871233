// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Writes a configuration tree as YAML that reads back as the same tree.
///
/// Maps and lists are indented by two; a map of scalars that fits its line is written in braces.
/// Scalars into which environment variables were filled are written as they stood in the file, so
/// no value of a variable is ever printed. Anchors, merges and comments are gone: the tree does not
/// know of them.
public struct YAMLWriter: Sendable {
  private static let lineLength = 100
  private var text = ""
  /// Where the line that is being written begins.
  private var lineStart = 0

  private init() {}

  /// `node` as a YAML text that ends with a line break.
  public static func text(of node: ConfigNode) -> String {
    var writer = YAMLWriter()
    switch node.value {
    case .map(let fields) where !fields.isEmpty: writer.writeFields(fields, indent: 0)
    case .list(let items) where !items.isEmpty: writer.writeItems(items, indent: 0)
    default:
      // Indented, because "---" and "..." at the start of a line end a document.
      writer.endLine("  " + YAMLScalarText.leaf(node))
    }
    return writer.text
  }

  /// Writes the lines of a map; the first continues the line that is being written.
  private mutating func writeFields(_ fields: [ConfigNode.Field], indent: Int) {
    for (position, field) in fields.enumerated() {
      if position > 0 { writeIndent(indent) }
      let key = YAMLScalarText.key(field.key)
      // libyaml takes a key of more than 1024 characters only behind a question mark.
      if key.utf8.count > 512 {
        endLine("? \(key)")
        writeIndent(indent)
        text += ":"
      } else {
        text += "\(key):"
      }
      writeValue(field.value, indent: indent)
    }
  }

  private mutating func writeValue(_ node: ConfigNode, indent: Int) {
    if let leaf = lineText(node) { return endLine(" \(leaf)") }
    endLine("")
    writeIndent(indent + 2)
    writeLines(node, indent: indent + 2)
  }

  private mutating func writeItems(_ items: [ConfigNode], indent: Int) {
    for (position, item) in items.enumerated() {
      if position > 0 { writeIndent(indent) }
      text += "- "
      if let leaf = lineText(item) {
        endLine(leaf)
      } else {
        writeLines(item, indent: indent + 2)
      }
    }
  }

  private mutating func writeLines(_ node: ConfigNode, indent: Int) {
    switch node.value {
    case .map(let fields): writeFields(fields, indent: indent)
    case .list(let items): writeItems(items, indent: indent)
    default: endLine(YAMLScalarText.leaf(node))
    }
  }

  /// The node where it fits behind what the line already holds.
  private func lineText(_ node: ConfigNode) -> String? {
    switch node.value {
    case .null, .scalar: return YAMLScalarText.leaf(node)
    case .list(let items): return items.isEmpty ? "[]" : nil
    case .map(let fields):
      if fields.isEmpty { return "{}" }
      guard fields.count <= 8 else { return nil }
      guard let braces = YAMLScalarText.braces(fields) else { return nil }
      let column = text.utf8.count - lineStart
      return column + braces.utf8.count < Self.lineLength ? braces : nil
    }
  }

  private mutating func endLine(_ rest: String) {
    text += rest
    text += "\n"
    lineStart = text.utf8.count
  }

  private mutating func writeIndent(_ indent: Int) {
    text += String(repeating: " ", count: indent)
  }
}
