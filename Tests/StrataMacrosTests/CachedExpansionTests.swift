// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Testing

@testable import StrataMacros

@Suite("Macros: what @Cached expands to")
struct CachedExpansionTests {
  private func expand(_ attribute: String, _ declaration: String) -> CachedExpansion {
    CachedExpansion(attribute: attribute, declaration: "\(attribute) \(declaration)")
  }

  @Test func `the body becomes the load of a cached call`() {
    let expansion = expand(
      #"@Cached("users")"#,
      "func user(_ id: Int, in region: String) async throws -> User {\n  try await find(id)\n}")
    #expect(expansion.problems.isEmpty)
    #expect(
      expansion.body == """
        {
          try await strata.cachedCall("users", parameters: "id,region", \
        arguments: (id, region)) { () async throws -> User in
          try await find(id)
        }
        }
        """)
  }

  @Test func `a comment at the end of the body does not swallow the brace`() {
    let expansion = expand(
      #"@Cached("users")"#, "func f() async throws -> Int {\n  1 // one\n}")
    #expect(expansion.body.hasSuffix("1 // one\n}\n}"))
  }

  @Test func `the owner, ignored parameters and odd names`() {
    let expansion = expand(
      #"@Cached("users", in: Caches.shared ?? other, ignoring: ["trace", "in"])"#,
      "func user(`in`: Int, trace: Trace, `class`: Int) async throws -> User { x }")
    #expect(expansion.problems.isEmpty)
    #expect(
      expansion.body.contains(
        #"(Caches.shared ?? other).cachedCall("users", parameters: "class", arguments: (`class`))"#)
    )
  }

  @Test(arguments: [
    (#"@Cached("users")"#, "var users: [User] { [] }", "@Cached caches functions, not 'var'"),
    (
      #"@Cached("users")"#, "init(id: Int) async throws { }", "@Cached caches functions, not 'init'"
    ),
    (#"@Cached("users")"#, "func f(_ id: Int) async throws -> User", "with a body"),
    (#"@Cached("users")"#, "func f() throws -> User { x }", "is 'async throws'"),
    (#"@Cached("users")"#, "func f() async -> User { x }", "is 'async throws'"),
    (#"@Cached("users")"#, "func f() -> User { x }", "is 'async throws'"),
    (#"@Cached("users")"#, "func f() async rethrows -> User { x }", "cannot rethrow"),
    (#"@Cached("users")"#, "func f() async throws(Bad) -> User { x }", "one type of error"),
    (#"@Cached("users")"#, "func f() async throws { }", "returns nothing"),
    (#"@Cached("users")"#, "func f() async throws -> Void { }", "returns nothing"),
    (#"@Cached("users")"#, "func f() async throws -> () { }", "returns nothing"),
    (#"@Cached("users")"#, "func f() async throws -> some P { x }", "name it instead of 'some P'"),
    (#"@Cached("users")"#, "func f<T: C>(id: Int) async throws -> [T] { x }", "depend on 'T'"),
    (#"@Cached("users")"#, "mutating func f() async throws -> Int { x }", "cannot be 'mutating'"),
    (
      #"@Cached("users")"#, "func f(a: inout Int) async throws -> Int { x }",
      "'inout' parameter 'a'"
    ),
    (#"@Cached("users")"#, "func f(_: Int) async throws -> Int { x }", "needs a name"),
    (
      #"@Cached("users")"#, "func f(a: isolated A) async throws -> Int { x }",
      "'isolated' parameter"
    ),
    ("@Cached", "func f() async throws -> Int { x }", "needs the name of a cache"),
    ("@Cached()", "func f() async throws -> Int { x }", "needs the name of a cache"),
    ("@Cached(name)", "func f() async throws -> Int { x }", "plain string literal"),
    (#"@Cached("a\(b)")"#, "func f() async throws -> Int { x }", "plain string literal"),
    (#"@Cached("")"#, "func f() async throws -> Int { x }", "at least one character"),
    (#"@Cached("a b")"#, "func f() async throws -> Int { x }", "no spaces"),
    (
      #"@Cached("a", ignoring: ["idd"])"#, "func f(id: Int) async throws -> Int { x }",
      "no parameter 'idd' to ignore; it has 'id'"
    ),
    (
      #"@Cached("a", ignoring: all)"#, "func f() async throws -> Int { x }",
      "list of string literals"
    ),
  ])
  func `misuse is named`(attribute: String, declaration: String, words: String) throws {
    let expansion = expand(attribute, declaration)
    try #require(expansion.problems.count == 1)
    #expect(expansion.problems[0].message.contains(words))
    #expect(expansion.body.hasPrefix("{") && !expansion.body.contains("cachedCall"))
  }

  @Test func `every problem is reported at once`() {
    let expansion = expand("@Cached(name)", "mutating func f(a: inout Int) throws { }")
    #expect(expansion.problems.count == 5)
  }

  @Test(arguments: [
    ("func f() -> Int { 1 }", "func f() async throws -> Int { 1 }"),
    ("func f() async -> Int { 1 }", "func f() async throws -> Int { 1 }"),
    ("func f() throws(Bad) -> Int { 1 }", "func f() async throws -> Int { 1 }"),
    ("func f() async rethrows -> Int { 1 }", "func f() async throws -> Int { 1 }"),
  ])
  func `the fix makes the function right`(before: String, after: String) throws {
    let expansion = CachedExpansion(attribute: #"@Cached("a")"#, declaration: before)
    let fix = try #require(expansion.problems.first?.fix)
    var bytes = Array(before.utf8)
    bytes.replaceSubrange(fix.range, with: fix.text.utf8)
    #expect(String(decoding: bytes, as: UTF8.self) == after)
  }

  @Test func `the fix for a missing name takes the function's`() throws {
    let expansion = expand("@Cached", "func user() async throws -> Int { 1 }")
    let fix = try #require(expansion.problems.first?.fix)
    #expect(fix.text == #"("user")"#)
    #expect(fix.range == 7..<7)
  }
}
