// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Fills environment variables into the scalars of a configuration.
///
/// `${NAME}` is the variable, `${NAME:-default}` the default where it is unset or empty, `$$` one
/// dollar sign; any other `$` is itself. The value of a variable is text: it is never read as YAML,
/// never expanded again, and never part of a message.
struct Variables: Sendable {
  /// A scalar with its variables filled in.
  struct Filled {
    var text: String
    /// Whether any variable stood in it.
    var usesVariables = false
    var problems: [String] = []
  }

  /// The value of a variable, `nil` where it is unset.
  let value: @Sendable (String) -> String?

  /// `text` with its variables filled in, at most `limit` bytes long.
  func fill(_ text: String, limit: Int) -> Filled {
    var filled = Filled(text: "")
    var rest = text.utf8[...]
    while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
      filled.text += Substring(rest[..<dollar])
      let next = rest[dollar...].dropFirst()
      switch next.first {
      case UInt8(ascii: "{"): rest = fillVariable(next.dropFirst(), into: &filled)
      case UInt8(ascii: "$"):
        filled.text += "$"
        rest = next.dropFirst()
      default:
        filled.text += "$"
        rest = next
      }
      if filled.text.utf8.count > limit { return Self.tooLong(text, limit) }
    }
    filled.text += Substring(rest)
    if filled.text.utf8.count > limit { return Self.tooLong(text, limit) }
    return filled.problems.isEmpty
      ? filled : Filled(text: text, usesVariables: true, problems: filled.problems)
  }

  /// Fills in the variable of which the name begins at `inside`; returns what follows it.
  private func fillVariable(
    _ inside: Substring.UTF8View, into filled: inout Filled
  ) -> Substring.UTF8View {
    filled.usesVariables = true
    guard let end = inside.firstIndex(of: UInt8(ascii: "}")) else {
      filled.problems.append("\"${\" has no '}' behind it; write $$ for a dollar sign")
      return inside[inside.endIndex...]
    }
    let whole = Substring(inside[..<end])
    let (name, fallback) = Self.parts(of: whole)
    if !Self.isName(name) {
      filled.problems.append(
        "\"${\(ScalarProblem.printable(whole))}\" is no variable; write ${NAME} or ${NAME:-default}"
      )
    } else if fallback?.contains("${") == true {
      filled.problems.append(
        "the default of ${\(ScalarProblem.printable(name))} cannot hold another variable")
    } else if let value = value(String(name)), !value.isEmpty || fallback == nil {
      filled.text += value
    } else if let fallback {
      filled.text += fallback
    } else {
      filled.problems.append(
        "the environment variable \(ScalarProblem.printable(name)) is not set; "
          + "set it, or write ${\(ScalarProblem.printable(name)):-default}")
    }
    return inside[inside.index(after: end)...]
  }

  private static func parts(of inside: Substring) -> (name: Substring, fallback: Substring?) {
    let name = inside.prefix { $0 != ":" }
    let rest = inside.dropFirst(name.count)
    return rest.hasPrefix(":-") ? (name, rest.dropFirst(2)) : (inside, nil)
  }

  private static func isName(_ name: Substring) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy {
      switch $0 {
      case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
      default: false
      }
    }
  }

  private static func tooLong(_ text: String, _ limit: Int) -> Filled {
    Filled(
      text: text, usesVariables: true,
      problems: [
        "the value is longer than \(SizeText.text(for: limit)) once its variables are filled in"
      ])
  }
}
