// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Which texts YAML reads back unchanged where they are written without quotes.
enum PlainScalar {
  /// Whether `text`, plain, means nothing at all.
  static func isNull(_ text: String) -> Bool {
    switch text.utf8.count {
    case 0: true
    case 1: text == "~"
    case 4: text == "null" || text == "Null" || text == "NULL"
    default: false
    }
  }

  /// Whether `text` can stand without quotes on one line, in braces or brackets if `inFlow`.
  static func isSafe(_ text: String, inFlow: Bool = false) -> Bool {
    guard !isNull(text), text != "<<", canBegin(text, inFlow: inFlow) else { return false }
    var previous: UInt32 = 0x20
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x23 where isBlank(previous): return false
      case 0x2C, 0x5B, 0x5D, 0x7B, 0x7D, 0x3F, 0x3A:
        if inFlow { return false }
      case 0x09, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD:
        break
      case 0x10000...: break
      default: return false
      }
      if previous == 0x3A, isBlank(scalar.value) { return false }
      previous = scalar.value
    }
    return !isBlank(previous) && previous != 0x3A
  }

  private static func canBegin(_ text: String, inFlow: Bool) -> Bool {
    let scalars = text.unicodeScalars
    guard let first = scalars.first, !isBlank(first.value) else { return false }
    switch first {
    case "-", "?", ":":
      guard let second = scalars.dropFirst().first else { return false }
      return !inFlow && !isBlank(second.value)
    case ",", "[", "]", "{", "}", "#", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`":
      return false
    default: return true
    }
  }

  private static func isBlank(_ scalar: UInt32) -> Bool { scalar == 0x20 || scalar == 0x09 }
}
