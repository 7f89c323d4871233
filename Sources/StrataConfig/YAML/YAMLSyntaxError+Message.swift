// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension YAMLSyntaxError {
  /// The error in words that say what to change, with the place it is about.
  ///
  /// libyaml names the rule of its grammar that failed. Behind most of these stand a few mistakes
  /// that people make; those are named, the rest is passed on as it is.
  func described(in file: String, text: [UInt8]) -> ConfigurationProblem {
    let isOpenQuote = problem.hasPrefix("found unexpected end of stream") && context != nil
    let isLostKey =
      problem == "could not find expected ':'" && context == "while scanning a simple key"
    let place =
      isOpenQuote || isLostKey
      ? SourceLocation(file: file, line: contextLine, column: contextColumn)
      : SourceLocation(file: file, line: line, column: column)
    let message =
      if isOpenQuote {
        "the quoted text that begins here never ends"
      } else if isLostKey {
        "a ':' is missing behind this; a map has one \"key: value\" a line"
      } else {
        words(SourceLines(text, upTo: line))
      }
    return ConfigurationProblem(at: place, path: "", message)
  }

  private var start: String { "\(contextLine):\(contextColumn)" }

  private func words(_ lines: SourceLines) -> String {
    switch problem {
    case "found character that cannot start any token": cannotStart(lines)
    case "found a tab character where an indentation space is expected",
      "found a tab character that violates indentation":
      "a tab cannot indent; use spaces"
    case "mapping values are not allowed in this context": unexpectedColon(lines)
    case "block sequence entries are not allowed in this context":
      "a '-' is not expected here; a list begins on a line of its own"
    case "did not find expected key": unexpectedNode(lines, in: "map")
    case "did not find expected '-' indicator": unexpectedNode(lines, in: "list")
    case "did not find expected node content": missingValue(lines)
    case "did not find expected ',' or ']'":
      "a ',' or ']' is missing; the list begins at \(start)"
    case "did not find expected ',' or '}'":
      "a ',' or '}' is missing; the map begins at \(start)"
    case "found unknown escape character":
      "there is no such escape; write \\\\ for a backslash, or use single quotes"
    case "did not find expected hexdecimal number":
      "hexadecimal digits are missing: \\x takes two, \\u four and \\U eight"
    case "did not find expected alphabetic or numeric character":
      "'&' and '*' begin an anchor's name; quote a value that begins with one"
    case "found an indentation indicator equal to 0":
      "the number behind '|' or '>' is at least 1; leave it out"
    case "did not find expected comment or line break":
      "nothing may follow on this line; text behind '|' or '>' begins on the next"
    case "found undefined tag handle": "tags are not supported; quote a value that begins with '!'"
    case "found incompatible YAML document": "only YAML 1.1 and 1.2 are supported"
    case "found unknown directive name": "only the directives %YAML and %TAG exist"
    default:
      [problem, context.map { "\($0) at \(start)" }].compactMap(\.self).joined(separator: " ")
    }
  }

  private func cannotStart(_ lines: SourceLines) -> String {
    switch lines.rest(ofLine: line, from: column).first {
    case 0x09: "a tab cannot indent; use spaces"
    case UInt8(ascii: "@"): "a value cannot begin with '@'; quote it"
    case UInt8(ascii: "`"): "a value cannot begin with '`'; quote it"
    case UInt8(ascii: "%"): "a value cannot begin with '%'; quote it"
    default: "nothing can begin with this character; quote the value"
    }
  }

  /// A `:` where the text before it is no key: three mistakes look the same to the grammar.
  private func unexpectedColon(_ lines: SourceLines) -> String {
    let before = lines.start(ofLine: line, before: column)
    if before.contains(UInt8(ascii: ":")) {
      return "a second ':' on the line; quote the value, or give a nested map lines of its own"
    }
    guard let above = lines.lineBefore(line) else { return "a ':' is not expected here" }
    if before.starts(with: [UInt8(ascii: "-"), 0x20]) {
      return "the list item is indented under line \(above), which has its value already"
    }
    return lines.hasValue(above)
      ? "the line is indented under line \(above), which has its value already"
      : "a ':' is missing on line \(above), above this one"
  }

  /// Something that is no part of the map or list around it.
  private func unexpectedNode(_ lines: SourceLines, in parent: String) -> String {
    let rest = lines.rest(ofLine: line, from: column)
    if rest.first == UInt8(ascii: ":") { return "a key is missing before ':'" }
    if !lines.start(ofLine: line, before: column).isEmpty {
      return "this does not belong behind the value; put quotes around all of it"
    }
    if parent == "map", rest.starts(with: [UInt8(ascii: "-"), 0x20]) {
      return "a list item stands in a map that begins at \(start); indent it under a key"
    }
    if let above = lines.lineBefore(line), lines.isBareWord(above) {
      return "a ':' is missing on line \(above), above this one"
    }
    return "the line fits neither the \(parent) that begins at \(start) nor what is around it; "
      + "indent it like its neighbours"
  }

  private func missingValue(_ lines: SourceLines) -> String {
    switch lines.rest(ofLine: line, from: column).first {
    case nil: "a value is missing here; is a list or a map not closed?"
    case UInt8(ascii: ","): "a value is missing before ','"
    case UInt8(ascii: "]"), UInt8(ascii: "}"): "this bracket closes nothing"
    default: "a value is expected here; quote one that begins with a sign"
    }
  }
}
