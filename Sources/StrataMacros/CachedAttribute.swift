// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The arguments of `@Cached(…)` as written.
struct CachedAttribute {
  /// Where `@` is in the attribute's source.
  private(set) var start = 0
  /// Where the attribute ends.
  private(set) var end = 0
  /// The cache's name as written, with its quotes; `nil` if the attribute has no argument.
  private(set) var cache: String?
  /// The expression after `in:`.
  private(set) var owner: String?
  /// The names after `ignoring:`; `nil` if they are not a list of plain literals.
  private(set) var ignored: [String]? = []

  init(_ source: String) {
    var cursor = TokenCursor(source)
    while !cursor.isAtEnd, cursor.kind != "@" { cursor.advance() }
    start = cursor.offset
    while !cursor.isAtEnd, cursor.kind != "(" { cursor.advance() }
    if cursor.kind == "(" {
      let inside = cursor.skipItem()
      for argument in cursor.list(inside) { take(cursor.over(argument), argument) }
    }
    end = cursor.offsetBehind
  }

  private mutating func take(_ argument: TokenCursor, _ range: Range<Int>) {
    var cursor = argument
    let label = cursor.word
    cursor.advance()
    guard let label, cursor.skip(":") else {
      cache = cache ?? argument.text(range)
      return
    }
    let value = cursor.position..<range.upperBound
    if label == "in" { owner = cursor.text(value) }
    if label == "ignoring" { ignored = Self.literals(cursor) }
  }

  private static func literals(_ list: TokenCursor) -> [String]? {
    var cursor = list
    guard cursor.kind == "[" else { return nil }
    let inside = cursor.skipItem()
    var names: [String] = []
    for part in cursor.list(inside) {
      guard let name = plainText(cursor.text(part)) else { return nil }
      names.append(name)
    }
    return names
  }

  /// What a simple literal says: one line, no interpolation, no escapes.
  static func plainText(_ literal: String) -> String? {
    let bytes = Array(literal.utf8)
    guard bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == bytes.first else {
      return nil
    }
    let inside = bytes[1..<(bytes.count - 1)]
    guard !inside.contains(UInt8(ascii: "\"")), !inside.contains(UInt8(ascii: "\\")) else {
      return nil
    }
    return String(decoding: inside, as: UTF8.self)
  }
}
