// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation

/// A function or a type of a file, with the lines it takes.
///
/// Found by indentation, which the formatter guarantees: a declaration ends at the closing brace
/// that stands where the declaration begins.
struct Declaration {
  enum Kind { case function, type }

  let kind: Kind
  /// `func`, `init`, `struct`, …
  let keyword: String
  let name: String
  let isPublic: Bool
  let isNested: Bool
  /// Indices of lines, doc comments and attributes before it left out.
  let lines: ClosedRange<Int>

  private static let types: Set<String> = ["class", "struct", "enum", "protocol", "actor"]
  private static let functions: Set<String> = ["func", "init", "deinit", "subscript", "var"]
  private static let modifiers: Set<String> = [
    "public", "private", "fileprivate", "internal", "open", "package", "static", "final",
    "mutating",
    "nonmutating", "override", "convenience", "required", "indirect", "lazy", "weak", "nonisolated",
    "consuming", "borrowing", "isolated", "async", "extension",
  ]

  /// Every function, computed property and type of `file`.
  static func all(in file: SourceFile) -> [Declaration] {
    file.code.indices.compactMap { read(file.code, $0) }
  }

  private static func read(_ code: [String], _ index: Int) -> Declaration? {
    let indent = code[index].prefix { $0 == " " }.count
    var isPublic = false
    for word in words(code[index]) {
      if word.hasPrefix("@") || modifiers.contains(word) {
        isPublic = isPublic || word == "public" || word == "open"
        continue
      }
      let isType = types.contains(word)
      guard isType || functions.contains(word) else { return nil }
      guard let end = end(code, index, indent, needsOpenLine: word == "var") else { return nil }
      return Declaration(
        kind: isType ? .type : .function, keyword: word, name: name(code[index], after: word),
        isPublic: isPublic, isNested: indent > 0, lines: index...end)
    }
    return nil
  }

  /// The words of a line, attributes with their arguments left out.
  private static func words(_ line: String) -> [String] {
    var depth = 0
    var text = ""
    for character in line {
      if character == "(" { depth += 1 }
      text.append(depth > 0 || "<:{?!".contains(character) ? " " : character)
      if character == ")" { depth -= 1 }
    }
    return text.split(separator: " ").map(String.init)
  }

  private static func name(_ line: String, after word: String) -> String {
    guard let range = line.range(of: "\(word) ") else { return word }
    return String(line[range.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" })
  }

  /// The line of the closing brace; `nil` where there is no body.
  private static func end(
    _ code: [String], _ start: Int, _ indent: Int, needsOpenLine: Bool
  ) -> Int? {
    var line = start
    while line < code.count {
      let text = code[line]
      let rest = text.drop { $0 == " " }
      if line > start, !rest.isEmpty, text.count - rest.count <= indent,
        !continuations.contains(where: rest.hasPrefix)
      {
        return nil
      }
      if rest.last == "{" { break }
      if text.contains("{"), text.contains("}") { return needsOpenLine ? nil : line }
      if needsOpenLine { return nil }
      line += 1
    }
    let closing = String(repeating: " ", count: indent) + "}"
    return code[min(line + 1, code.count)...].firstIndex { $0.hasPrefix(closing) }
  }

  private static let continuations = [")", "where", "{", "->", "throws", "async", "rethrows"]
}
