// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A Swift text taken apart: the code without comments and without what strings say, and the
/// comments alone. Both keep every line in its place.
///
/// Knows nested comments, raw and multi-line strings, interpolations and raw identifiers. Knows no
/// regex literals; the repository has none.
struct SwiftText {
  private(set) var code: [UInt8]
  private(set) var comments: [UInt8]
  private let bytes: [UInt8]
  private var position = 0

  private static let space = UInt8(ascii: " ")
  private static let newline = UInt8(ascii: "\n")

  init(_ text: String) {
    bytes = Array(text.utf8)
    code = bytes.map { $0 == Self.newline ? $0 : Self.space }
    comments = code
    readCode(until: nil)
  }

  /// The lines of the code.
  var codeLines: [String] { Self.lines(code) }
  /// The lines of the comments.
  var commentLines: [String] { Self.lines(comments) }

  private static func lines(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: newline, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads code up to the parenthesis that closes an interpolation, or to the end.
  private mutating func readCode(until closing: UInt8?) {
    var depth = 0
    while position < bytes.count {
      let byte = bytes[position]
      if closing != nil {
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") {
          if depth == 0 { return }
          depth -= 1
        }
      }
      if starts("//") {
        readLineComment()
      } else if starts("/*") {
        readBlockComment()
      } else if byte == UInt8(ascii: "\"") || isRawString {
        readString()
      } else if byte == UInt8(ascii: "`") {
        readIdentifier()
      } else {
        code[position] = byte
        position += 1
      }
    }
  }

  private func starts(_ text: StaticString) -> Bool { starts(text, at: position) }

  private func starts(_ text: StaticString, at place: Int) -> Bool {
    guard place + text.utf8CodeUnitCount <= bytes.count else { return false }
    return text.withUTF8Buffer { bytes[place..<(place + $0.count)].elementsEqual($0) }
  }

  /// Whether hashes and a quote follow.
  private var isRawString: Bool {
    guard bytes[position] == UInt8(ascii: "#") else { return false }
    let rest = bytes[position...].drop { $0 == UInt8(ascii: "#") }
    return rest.first == UInt8(ascii: "\"")
  }

  private mutating func readLineComment() {
    while position < bytes.count, bytes[position] != Self.newline {
      comments[position] = bytes[position]
      position += 1
    }
  }

  private mutating func readBlockComment() {
    var depth = 0
    repeat {
      if starts("/*") { depth += 1 }
      if starts("*/") { depth -= 1 }
      let length = starts("/*") || starts("*/") ? 2 : 1
      for _ in 0..<length where position < bytes.count {
        comments[position] = bytes[position]
        position += 1
      }
    } while depth > 0 && position < bytes.count
  }

  private mutating func readIdentifier() {
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "`") { position += 1 }
    position += 1
  }

  private mutating func readString() {
    let start = position
    while bytes[position] == UInt8(ascii: "#") { position += 1 }
    let hashes = position - start
    let isLong = starts("\"\"\"")
    code[position] = UInt8(ascii: "\"")
    position += isLong ? 3 : 1
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\\"), hasHashes(hashes, at: position + 1) {
        position += 1 + hashes
        if position < bytes.count, bytes[position] == UInt8(ascii: "(") {
          position += 1
          readCode(until: UInt8(ascii: ")"))
        }
        position += 1
      } else if isLong ? starts("\"\"\"") : bytes[position] == UInt8(ascii: "\"") {
        let length = isLong ? 3 : 1
        guard hasHashes(hashes, at: position + length) else {
          position += 1
          continue
        }
        code[position] = UInt8(ascii: "\"")
        position += length + hashes
        return
      } else {
        position += 1
      }
    }
  }

  private func hasHashes(_ count: Int, at place: Int) -> Bool {
    place + count <= bytes.count
      && bytes[place..<(place + count)].allSatisfy { $0 == UInt8(ascii: "#") }
  }
}
