// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// How keys and scalars look in a YAML text.
enum YAMLScalarText {
  /// A key, in quotes where it needs them.
  static func key(_ key: String) -> String {
    PlainScalar.isSafe(key, inFlow: true) && isOneWord(key) ? key : quoted(key)
  }

  /// A scalar, nothing, or an empty map or list.
  static func leaf(_ node: ConfigNode) -> String {
    switch node.value {
    case .null: return "~"
    case .list: return "[]"
    case .map: return "{}"
    case .scalar(let text, let isQuoted):
      let shown = node.written ?? escapingDollars(text)
      return isQuoted || !PlainScalar.isSafe(shown) ? quoted(shown) : shown
    }
  }

  /// A map in braces; `nil` where a field is no scalar, or one that is not plain inside braces.
  static func braces(_ fields: [ConfigNode.Field]) -> String? {
    var parts: [String] = []
    for field in fields {
      guard case .scalar(let text, let isQuoted) = field.value.value else { return nil }
      let shown = field.value.written ?? escapingDollars(text)
      guard shown.utf8.count <= 100, field.key.utf8.count <= 100,
        isQuoted || PlainScalar.isSafe(shown, inFlow: true)
      else { return nil }
      parts.append("\(key(field.key)): \(leaf(field.value))")
    }
    return "{ \(parts.joined(separator: ", ")) }"
  }

  private static func isOneWord(_ key: String) -> Bool {
    !key.utf8.contains(0x20) && !key.utf8.contains(0x09) && !key.hasPrefix("---")
      && !key.hasPrefix("...")
  }

  /// A dollar sign that would begin a variable is written twice.
  private static func escapingDollars(_ text: String) -> String {
    guard text.utf8.contains(0x24) else { return text }
    var escaped = String.UnicodeScalarView()
    for (position, scalar) in zip(text.unicodeScalars.indices, text.unicodeScalars) {
      escaped.append(scalar)
      let next = text.unicodeScalars[position...].dropFirst().first
      if scalar == "$", next == "$" || next == "{" { escaped.append("$") }
    }
    return String(escaped)
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: quoted += "\\\""
      case 0x5C: quoted += "\\\\"
      case 0x0A: quoted += "\\n"
      case 0x0D: quoted += "\\r"
      case 0x09: quoted += "\\t"
      case 0..<0x20, 0x7F..<0xA0: quoted += "\\x" + hex(scalar, digits: 2)
      case 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: quoted += "\\u" + hex(scalar, digits: 4)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  private static func hex(_ scalar: Unicode.Scalar, digits: Int) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - hex.count)) + hex
  }
}
