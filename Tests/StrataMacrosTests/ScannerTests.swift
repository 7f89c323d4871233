// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Testing

@testable import StrataMacros

@Suite("Macros: the scanner")
struct SourceScannerTests {
  private func words(_ source: String) -> [String] {
    let cursor = TokenCursor(source)
    return cursor.tokens.indices.map { cursor.text($0..<($0 + 1)) }
  }

  @Test func `comments are not tokens, nested ones neither`() {
    #expect(words("a // b\n/* c /* d */ e */ f /**/ g") == ["a", "f", "g"])
    #expect(words("a /* never closed /* */ b") == ["a"])
  }

  @Test func `a literal is one token whatever is in it`() {
    #expect(words(#"x "a \" b" y"#) == ["x", #""a \" b""#, "y"])
    #expect(words(##"x #"a " \( b"# y"##) == ["x", ##"#"a " \( b"#"##, "y"])
    #expect(words(#"x "a \(f("b)", [")"])) c" y"#) == ["x", #""a \(f("b)", [")"])) c""#, "y"])
    #expect(
      words("x \"\"\"\n a \" \"\" b\n\"\"\" y") == ["x", "\"\"\"\n a \" \"\" b\n\"\"\"", "y"])
    #expect(words(##"#"\#(f(")"))"# y"##) == [##"#"\#(f(")"))"#"##, "y"])
    #expect(words(#""" y"#) == [#""""#, "y"])
  }

  @Test func `names, arrows and symbols`() {
    #expect(
      words("func `a b`(é: Int)->[T]") == [
        "func", "`a b`", "(", "é", ":", "Int", ")", "->", "[", "T", "]",
      ])
    #expect(words("#if") == ["#", "if"])
  }

  @Test(arguments: [
    "\"", "\"\\", "\"\\(", "`", "/*", "#\"", "\"\"\"", "@", "func", "func f(", "func f<", "(",
    "\"\\(\"\\(",
  ])
  func `source that ends in the middle is scanned to its end`(source: String) {
    let tokens = SourceScanner.tokens(source)
    #expect(tokens.allSatisfy { $0.range.upperBound <= source.utf8.count && !$0.range.isEmpty })
    _ = FunctionDeclaration(source)
    _ = CachedAttribute(source)
  }
}

@Suite("Macros: a function's declaration")
struct FunctionDeclarationTests {
  @Test func `everything is found in an ordinary function`() {
    let function = FunctionDeclaration(
      """
      /// A user. { not the body
      @MainActor @available(macOS 26, *) @Cached("users")
      public static func user<K: Hashable, each V>(
        _ id: Int, in region: String = "eu", by keys: Dictionary<K, [Int]> = [:],
        then next: @escaping (Int, String) -> Void = { a, b in }
      ) async throws -> (User, at: Date?) where K: Sendable {
        return ("}", nil)  // }
      } // trailing }
      """)
    #expect(function.introducer == "func")
    #expect(function.modifiers == ["public", "static"])
    #expect(function.name == "user")
    #expect(function.genericParameters == ["K", "V"])
    #expect(function.parameters.map(\.name) == ["id", "region", "keys", "next"])
    #expect(
      function.parameters.map(\.type)
        == ["Int", "String", "Dictionary<K, [Int]>", "@escaping (Int, String) -> Void"])
    #expect(function.isAsync)
    #expect(function.throwing == "throws")
    #expect(function.result == "(User, at: Date?)")
    #expect(function.body == "\n  return (\"}\", nil)  // }\n")
  }

  @Test(
    arguments: [
      ("func f() {}", false, nil, nil, ""), ("func f()", false, nil, nil, nil),
      ("func f() async", true, nil, nil, nil),
      ("func f() throws(Bad) -> Int { 1 }", false, "throws(Bad)", "Int", " 1 "),
      ("func f(g: () throws -> Int) async rethrows -> Int { 1 }", true, "rethrows", "Int", " 1 "),
      ("class func f() async throws -> [String: Int]? {}", true, "throws", "[String: Int]?", ""),
      ("func == (a: Int, b: Int) -> Bool { true }", false, nil, "Bool", " true "),
      ("func `do`() async throws -> A<B, C> where B: D { x }", true, "throws", "A<B, C>", " x "),
    ] as [(String, Bool, String?, String?, String?)])
  func `effects, result and body`(
    source: String, isAsync: Bool, throwing: String?, result: String?, body: String?
  ) {
    let function = FunctionDeclaration(source)
    #expect(function.introducer == "func")
    #expect(function.isAsync == isAsync)
    #expect(function.throwing == throwing)
    #expect(function.result == result)
    #expect(function.body == body)
  }

  @Test func `a comma in a default value is no parameter`() {
    let function = FunctionDeclaration(
      "func f(a: Int = g(1, 2), b: P<X, Y> = P<X, Y>(z), c: Int) {}")
    #expect(function.parameters.map(\.name) == ["a", "b", "c"])
    #expect(function.parameters.map(\.type) == ["Int", "P<X, Y>", "Int"])
  }

  @Test func `other declarations are told by their word`() {
    #expect(
      FunctionDeclaration("@Cached(\"x\") public private(set) var a: Int { 1 }").introducer == "var"
    )
    #expect(FunctionDeclaration("init() async throws {}").introducer == "init")
    #expect(FunctionDeclaration("final class A {}").introducer == "class")
    #expect(FunctionDeclaration("").introducer == "")
  }
}
