// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Cuts Swift source into the tokens that a declaration's head is made of.
///
/// Not a parser of Swift: it knows comments, string literals, names and brackets, which is enough
/// to find names, types and effects in a signature. Everything else is a symbol of one byte.
struct SourceScanner {
  struct Token: Equatable {
    enum Kind: Equatable { case word, text, arrow, symbol(UInt8) }
    let kind: Kind
    let range: Range<Int>
  }

  let bytes: [UInt8]
  private(set) var offset: Int

  init(_ source: String, from offset: Int = 0) {
    bytes = Array(source.utf8)
    self.offset = offset
  }

  /// All tokens of the source.
  static func tokens(_ source: String) -> [Token] {
    var scanner = SourceScanner(source)
    var tokens: [Token] = []
    while let token = scanner.next() { tokens.append(token) }
    return tokens
  }

  private func peek(_ distance: Int = 0) -> UInt8? {
    offset + distance < bytes.count ? bytes[offset + distance] : nil
  }

  mutating func next() -> Token? {
    skipTrivia()
    guard let first = peek() else { return nil }
    let start = offset
    let kind = takeToken(first)
    // A literal that never ends may have been skipped too far.
    offset = min(offset, bytes.count)
    return Token(kind: kind, range: start..<offset)
  }

  private mutating func takeToken(_ first: UInt8) -> Token.Kind {
    if first == UInt8(ascii: "\"") || (first == UInt8(ascii: "#") && isRawText) {
      skipText()
      return .text
    }
    if Self.isWord(first) {
      while let byte = peek(), Self.isWord(byte) { offset += 1 }
      return .word
    }
    if first == UInt8(ascii: "`") {
      offset += 1
      while let byte = peek(), byte != UInt8(ascii: "`") { offset += 1 }
      offset = min(offset + 1, bytes.count)
      return .word
    }
    offset += 1
    guard first == UInt8(ascii: "-"), peek() == UInt8(ascii: ">") else { return .symbol(first) }
    offset += 1
    return .arrow
  }

  static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...:
      true
    default: false
    }
  }

  // MARK: Trivia

  private mutating func skipTrivia() {
    while let byte = peek() {
      if byte <= 32 {
        offset += 1
      } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "/") {
        while let byte = peek(), byte != UInt8(ascii: "\n") { offset += 1 }
      } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        skipBlockComment()
      } else {
        return
      }
    }
  }

  private mutating func skipBlockComment() {
    var depth = 0
    repeat {
      if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
        depth += 1
        offset += 2
      } else if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
        depth -= 1
        offset += 2
      } else {
        offset += 1
      }
    } while depth > 0 && offset < bytes.count
    offset = min(offset, bytes.count)
  }

  // MARK: Text

  private var isRawText: Bool {
    var distance = 0
    while peek(distance) == UInt8(ascii: "#") { distance += 1 }
    return peek(distance) == UInt8(ascii: "\"")
  }

  /// Skips a literal with its interpolations, whatever its delimiter.
  private mutating func skipText() {
    let pounds = skip(all: UInt8(ascii: "#"), atMost: .max)
    let quotes = peek(1) == UInt8(ascii: "\"") && peek(2) == UInt8(ascii: "\"") ? 3 : 1
    offset += quotes
    while let byte = peek() {
      if byte == UInt8(ascii: "\\"), follow(1, UInt8(ascii: "#"), pounds) {
        offset += 1 + pounds
        if peek() == UInt8(ascii: "(") { skipBrackets() } else { offset += 1 }
      } else if byte == UInt8(ascii: "\""), follow(0, byte, quotes),
        follow(quotes, UInt8(ascii: "#"), pounds)
      {
        offset += quotes + pounds
        return
      } else {
        offset += 1
      }
    }
  }

  private mutating func skip(all byte: UInt8, atMost limit: Int) -> Int {
    var count = 0
    while count < limit, peek() == byte {
      offset += 1
      count += 1
    }
    return count
  }

  private func follow(_ distance: Int, _ byte: UInt8, _ count: Int) -> Bool {
    (0..<count).allSatisfy { peek(distance + $0) == byte }
  }

  /// Skips an interpolation's brackets, which may hold literals again.
  private mutating func skipBrackets() {
    var depth = 0
    while let token = next() {
      if token.kind == .symbol(UInt8(ascii: "(")) { depth += 1 }
      if token.kind == .symbol(UInt8(ascii: ")")) { depth -= 1 }
      if depth == 0 { return }
    }
  }
}

extension SourceScanner.Token.Kind: ExpressibleByUnicodeScalarLiteral {
  init(unicodeScalarLiteral value: Unicode.Scalar) { self = .symbol(UInt8(ascii: value)) }
}
