// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What `@Cached` needs to know of a function's declaration.
struct FunctionDeclaration {
  struct Parameter: Equatable {
    /// The name in the body; `nil` for `_`.
    let name: String?
    /// The type with its specifiers, as written.
    let type: String
  }

  /// The word that introduces the declaration: `func` for a function.
  private(set) var introducer = ""
  private(set) var modifiers: [String] = []
  private(set) var name = ""
  private(set) var genericParameters: [String] = []
  private(set) var parameters: [Parameter] = []
  private(set) var isAsync = false
  /// `throws`, `rethrows`, `throws(Failure)`, or `nil`.
  private(set) var throwing: String?
  /// Where the effects are, or where they would be.
  private(set) var effects = 0..<0
  private(set) var result: String?
  /// What is between the braces; `nil` without a body.
  private(set) var body: String?

  private static let introducers: Set<String> = [
    "func", "var", "let", "init", "subscript", "deinit", "struct", "class", "enum", "actor",
    "extension", "protocol", "typealias", "case", "macro", "get", "set",
  ]

  init(_ source: String) {
    var cursor = TokenCursor(source)
    takeModifiers(&cursor)
    takeName(&cursor)
    guard introducer == "func" else { return }
    if cursor.kind == "<" { takeGenerics(&cursor) }
    if cursor.kind == "(" { takeParameters(&cursor) }
    takeEffects(&cursor)
    if cursor.skip(.arrow) { takeResult(&cursor) }
    while !cursor.isAtEnd, cursor.kind != "{" { cursor.advance() }
    takeBody(cursor, source)
  }

  private mutating func takeModifiers(_ cursor: inout TokenCursor) {
    while !cursor.isAtEnd {
      if cursor.skip("@") {
        cursor.advance()
        while cursor.skip(".") { cursor.advance() }
        if cursor.kind == "(" { cursor.skipItem() }
      } else if let word = cursor.word {
        // `class func` is a function; `class` alone introduces a type.
        var ahead = cursor
        ahead.advance()
        let isModifier = word == "class" && ["func", "var"].contains(ahead.word)
        if Self.introducers.contains(word), !isModifier { return }
        modifiers.append(word)
        cursor.advance()
        if cursor.kind == "(" { cursor.skipItem() }
      } else {
        cursor.advance()
      }
    }
  }

  private mutating func takeName(_ cursor: inout TokenCursor) {
    introducer = cursor.word ?? ""
    cursor.advance()
    let start = cursor.position
    if cursor.word != nil {
      cursor.advance()
    } else {
      while !cursor.isAtEnd, cursor.kind != "(", cursor.kind != "{" { cursor.advance() }
    }
    name = cursor.text(start..<cursor.position)
  }

  private mutating func takeGenerics(_ cursor: inout TokenCursor) {
    let inside = cursor.skipItem()
    genericParameters = cursor.list(inside).compactMap { part in
      var part = cursor.over(part)
      while part.word == "each" || part.word == "let" { part.advance() }
      return part.word
    }
  }

  private mutating func takeParameters(_ cursor: inout TokenCursor) {
    let inside = cursor.skipItem()
    var rest = cursor.over(inside)
    while !rest.isAtEnd {
      // What does not begin like a parameter is the rest of a default value with a comma.
      if let parameter = Self.parameter(&rest) { parameters.append(parameter) }
      while !rest.isAtEnd, rest.kind != "," {
        if rest.kind == "<" { rest.advance() } else { rest.skipItem() }
      }
      rest.advance()
    }
  }

  private static func parameter(_ cursor: inout TokenCursor) -> Parameter? {
    while cursor.skip("@") {
      cursor.advance()
      if cursor.kind == "(" { cursor.skipItem() }
    }
    guard var name = cursor.word else { return nil }
    cursor.advance()
    if let second = cursor.word {
      name = second
      cursor.advance()
    }
    guard cursor.skip(":") else { return nil }
    let start = cursor.position
    while !cursor.isAtEnd, cursor.kind != "=", cursor.kind != "," { cursor.skipItem() }
    return Parameter(name: name == "_" ? nil : name, type: cursor.text(start..<cursor.position))
  }

  private mutating func takeEffects(_ cursor: inout TokenCursor) {
    let start = cursor.offsetBehind
    var end = start
    while let word = cursor.word, ["async", "reasync", "throws", "rethrows"].contains(word) {
      if word == "async" { isAsync = true }
      let first = cursor.position
      cursor.advance()
      if word == "throws", cursor.kind == "(" { cursor.skipItem() }
      if word.hasSuffix("throws") { throwing = cursor.text(first..<cursor.position) }
      end = cursor.offsetBehind
    }
    effects = start..<end
  }

  private mutating func takeResult(_ cursor: inout TokenCursor) {
    let start = cursor.position
    while !cursor.isAtEnd, cursor.kind != "{", cursor.word != "where" { cursor.skipItem() }
    result = cursor.text(start..<cursor.position)
  }

  private mutating func takeBody(_ cursor: TokenCursor, _ source: String) {
    guard cursor.kind == "{" else { return }
    let bytes = Array(source.utf8)
    // Nothing but trivia follows the body, and trivia may hold a brace: the last token is the one.
    guard let last = cursor.tokens.last, last.kind == "}", last.range.lowerBound > cursor.offset
    else { return }
    let inside = bytes[(cursor.offset + 1)..<last.range.lowerBound]
    body = String(decoding: inside, as: UTF8.self)
  }

  /// The words of a type: the names it mentions.
  static func words(of type: String) -> [String] {
    let cursor = TokenCursor(type)
    return cursor.tokens.indices.filter { cursor.tokens[$0].kind == .word }
      .map { cursor.text($0..<($0 + 1)) }
  }
}
