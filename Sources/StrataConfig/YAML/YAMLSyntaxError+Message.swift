// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension YAMLSyntaxError {
  /// The error in words that say what to change, with the place it is about.
  ///
  /// libyaml names the rule of its grammar that failed. Behind most of these stand a few mistakes
  /// that people make; those are named, the rest is passed on as it is.
  func described(in file: String, text: [UInt8]) -> ConfigurationProblem {
    var place = SourceLocation(file: file, line: line, column: column)
    let start = SourceLocation(file: file, line: contextLine, column: contextColumn)
    let message: String
    if problem.hasPrefix("found unexpected end of stream"), context != nil {
      place = start
      message = "the quoted text that begins here never ends"
    } else if problem == "could not find expected ':'", context == "while scanning a simple key" {
      place = start
      message = "a ':' is missing behind this; a map has one \"key: value\" a line"
    } else {
      message = words(character: character(in: text), start: start)
    }
    return ConfigurationProblem(at: place, path: "", message)
  }

  private func words(character: UInt8?, start: SourceLocation) -> String {
    switch problem {
    case "found character that cannot start any token": cannotStart(character)
    case "found a tab character where an indentation space is expected",
      "found a tab character that violates indentation":
      "a tab cannot indent; use spaces"
    case "mapping values are not allowed in this context":
      "a ':' is not expected here; quote a value that has \": \" in it, or indent a nested map"
    case "block sequence entries are not allowed in this context":
      "a '-' is not expected here; a list begins on a line of its own"
    case "did not find expected key":
      "a key is expected here; is the line indented like its neighbours (the map begins at \(at(start)))?"
    case "did not find expected '-' indicator":
      "a '-' is expected here; is the line indented like its neighbours (the list begins at \(at(start)))?"
    case "did not find expected ',' or ']'":
      "a ',' or ']' is missing; the list begins at \(at(start))"
    case "did not find expected ',' or '}'":
      "a ',' or '}' is missing; the map begins at \(at(start))"
    case "found unknown escape character":
      "no such escape; write \\\\ for a backslash, or use single quotes"
    case "did not find expected alphabetic or numeric character":
      "'&' and '*' begin an anchor's name; quote a value that begins with one"
    case "found undefined tag handle": "tags are not supported; quote a value that begins with '!'"
    case "found incompatible YAML document": "only YAML 1.1 and 1.2 are supported"
    default:
      [problem, context.map { "\($0) at \(at(start))" }].compactMap(\.self).joined(separator: " ")
    }
  }

  private func cannotStart(_ character: UInt8?) -> String {
    switch character {
    case 0x09: "a tab cannot indent; use spaces"
    case UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "%"):
      "a value cannot begin with '\(character.map { String(Unicode.Scalar($0)) } ?? "")'; quote it"
    default: "nothing can begin with this character; quote the value"
    }
  }

  private func at(_ place: SourceLocation) -> String { "\(place.line):\(place.column)" }

  /// The character the error points at, where it is ASCII.
  private func character(in text: [UInt8]) -> UInt8? {
    var rest = text[...]
    for _ in 1..<max(1, line) {
      guard let end = rest.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { return nil }
      let isPair = rest[end...].starts(with: [0x0D, 0x0A])
      rest = rest[(end + (isPair ? 2 : 1))...]
    }
    let characters = rest.lazy.filter { $0 & 0xC0 != 0x80 }.prefix(column)
    return characters.count == column ? Array(characters).last : nil
  }
}
