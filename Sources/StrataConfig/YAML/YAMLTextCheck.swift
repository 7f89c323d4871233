// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A look over the bytes of a file before anything parses them.
///
/// It finds what is no text at all (binary data, other encodings, control characters) and what is
/// too long, with line and column, in one pass. libyaml would stop at most of these too, but
/// without a place. Lines end where libyaml ends them: at LF, CR, CR LF, and U+0085, U+2028 and
/// U+2029.
struct YAMLTextCheck {
  private let bytes: [UInt8]
  private let file: String
  private let limits: ConfigLimits
  private var index = 0
  private var line = 1
  private var column = 1
  private var directives = 0

  /// Many directives take libyaml quadratic time; nobody needs more than one or two.
  private static let directiveLimit = 16

  private init(_ bytes: [UInt8], file: String, limits: ConfigLimits) {
    self.bytes = bytes
    self.file = file
    self.limits = limits
  }

  /// The first problem of `bytes`, if there is one.
  static func problem(
    in bytes: [UInt8], file: String, limits: ConfigLimits
  ) -> ConfigurationProblem? {
    var check = YAMLTextCheck(bytes, file: file, limits: limits)
    return check.run()
  }

  private mutating func run() -> ConfigurationProblem? {
    if let message = encodingMessage { return problem(message) }
    let end = min(bytes.count, limits.fileBytes)
    while index < end {
      passPlainText(upTo: end)
      if index == end { break }
      if let message = step() { return problem(message) }
    }
    if bytes.count <= limits.fileBytes { return nil }
    return problem(
      "the file is larger than \(SizeText.text(for: limits.fileBytes)); split it with include")
  }

  private var encodingMessage: String? {
    if bytes.isEmpty { return "the file is empty; a configuration begins with version: 1" }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      return "the file begins with a byte order mark; save it as UTF-8 without one"
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return "the file is UTF-16; save it as UTF-8"
    }
    return nil
  }

  /// Passes what most texts consist of, in a loop that does nothing else.
  private mutating func passPlainText(upTo end: Int) {
    let start = index
    var next = index
    bytes.withUnsafeBufferPointer { bytes in
      while next < end, bytes[next] &- 0x26 < 0x59 || bytes[next] == 0x20 { next += 1 }
    }
    index = next
    column += next - start
  }

  /// Passes one character; the message says what is wrong with it.
  private mutating func step() -> String? {
    let byte = bytes[index]
    switch byte {
    case 0x20...0x7E:
      if byte == UInt8(ascii: "%"), column == 1, countDirective() {
        return "more than \(Self.directiveLimit) lines begin with '%'"
      }
      advance(1)
    case 0x09: advance(1)
    case 0x0A: breakLine(1)
    case 0x0D: breakLine(index + 1 < bytes.count && bytes[index + 1] == 0x0A ? 2 : 1)
    case 0x00: return "a NUL byte stands in the text; is this file text, saved as UTF-8?"
    case 0x80...: return stepBeyondASCII(byte)
    default: return "the control character \(Self.hex(byte)) is not text; remove it"
    }
    return nil
  }

  private mutating func stepBeyondASCII(_ byte: UInt8) -> String? {
    guard let (scalar, length) = UTF8Scalar.decode(bytes, at: index) else {
      return "the byte \(Self.hex(byte)) is not UTF-8; save the file as UTF-8"
    }
    switch scalar {
    case 0x85, 0x2028, 0x2029: breakLine(length)
    case 0x80...0x9F, 0xFFFE, 0xFFFF:
      return "the control character U+\(Self.digits(scalar, width: 4)) is not text; remove it"
    case 0xFEFF: return "an invisible byte order mark stands in the text; remove it"
    default: advance(length)
    }
    return nil
  }

  private mutating func advance(_ length: Int) {
    index += length
    column += 1
  }

  private mutating func breakLine(_ length: Int) {
    index += length
    line += 1
    column = 1
  }

  private mutating func countDirective() -> Bool {
    directives += 1
    return directives > Self.directiveLimit
  }

  private func problem(_ message: String) -> ConfigurationProblem {
    ConfigurationProblem(
      at: SourceLocation(file: file, line: line, column: column), path: "", message)
  }

  private static func hex(_ byte: UInt8) -> String { "0x" + digits(UInt32(byte), width: 2) }

  private static func digits(_ number: UInt32, width: Int) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
