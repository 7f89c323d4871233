// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A position in a list of tokens, with the source they were cut from.
struct TokenCursor {
  typealias Token = SourceScanner.Token

  private let source: [UInt8]
  let tokens: [Token]
  private(set) var position: Int
  private let end: Int

  init(_ source: String) {
    self.source = Array(source.utf8)
    tokens = SourceScanner.tokens(source)
    position = 0
    end = tokens.count
  }

  private init(_ cursor: TokenCursor, _ range: Range<Int>) {
    source = cursor.source
    tokens = cursor.tokens
    position = range.lowerBound
    end = range.upperBound
  }

  /// A cursor over some of the tokens.
  func over(_ range: Range<Int>) -> TokenCursor { TokenCursor(self, range) }

  var isAtEnd: Bool { position >= end }
  var kind: Token.Kind? { isAtEnd ? nil : tokens[position].kind }
  /// Where the next token begins in the source; at the end, where the last one ended.
  var offset: Int {
    isAtEnd ? (end > 0 ? tokens[end - 1].range.upperBound : 0) : tokens[position].range.lowerBound
  }
  /// Where the token before ended.
  var offsetBehind: Int { position > 0 ? tokens[position - 1].range.upperBound : 0 }

  /// The next token if it is a word.
  var word: String? { kind == .word ? text(position..<(position + 1)) : nil }

  /// The source of some tokens, with what is between them.
  func text(_ range: Range<Int>) -> String {
    guard !range.isEmpty, range.upperBound <= tokens.count else { return "" }
    let (first, last) = (tokens[range.lowerBound].range, tokens[range.upperBound - 1].range)
    return String(decoding: source[first.lowerBound..<last.upperBound], as: UTF8.self)
  }

  mutating func advance() { position = min(position + 1, end) }

  mutating func skip(_ wanted: Token.Kind) -> Bool {
    guard kind == wanted else { return false }
    advance()
    return true
  }

  /// Skips one token, or a pair of brackets with everything in it. Returns what was between them.
  @discardableResult
  mutating func skipItem() -> Range<Int> {
    guard let kind, let closing = Self.closing(kind) else {
      advance()
      return position..<position
    }
    let opening = kind
    advance()
    let start = position
    while !isAtEnd {
      if self.kind == closing {
        defer { advance() }
        return start..<position
      }
      // Angles are brackets only in each other: elsewhere they compare.
      if Self.closing(self.kind ?? ",") != nil, self.kind != "<" || opening == "<" {
        skipItem()
      } else {
        advance()
      }
    }
    return start..<position
  }

  private static func closing(_ kind: Token.Kind) -> Token.Kind? {
    switch kind {
    case "(": ")"
    case "[": "]"
    case "{": "}"
    case "<": ">"
    default: nil
    }
  }

  /// The parts between the commas of a range.
  func list(_ range: Range<Int>) -> [Range<Int>] {
    var cursor = over(range)
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    while !cursor.isAtEnd {
      if cursor.kind == "," {
        parts.append(start..<cursor.position)
        cursor.advance()
        start = cursor.position
      } else if cursor.kind == "<" {
        cursor.advance()
      } else {
        cursor.skipItem()
      }
    }
    if start < range.upperBound { parts.append(start..<range.upperBound) }
    return parts
  }
}
