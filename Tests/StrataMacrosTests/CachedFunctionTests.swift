// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Testing

private struct Users {
  let strata: Notebook
  let loads: Counter

  /// With labels, a default and an early return.
  @Cached("users")
  func user(_ id: Int, in region: String = "eu") async throws -> String {
    let count = await loads.next()
    guard id > 0 else { return "nobody" }  // }
    return "\(region)-\(id)-\(count)"
  }

  @Cached("all") func all() async throws -> [Int] { [await loads.next()] }

  @Cached("users", ignoring: ["trace"])
  func traced(id: Int, trace: String) async throws -> String { "\(id) \(await loads.next())" }
}

private actor Counter {
  private var count = 0
  let strata = Notebook()

  func next() -> Int {
    count += 1
    return count
  }

  /// An actor's own state, without `await` and without `self`.
  @Cached("inside") func inside(_ id: Int) async throws -> Int {
    count += 10
    return count
  }
}

@MainActor
private final class Screen {
  let strata = Notebook()
  var title = "a"

  @Cached("titles") func heading(_ level: Int, of page: Int) async throws -> String {
    title += "b"
    guard level > 0 else { return "" }
    return title
  }
}

private let shared = Notebook()

@Cached("free", in: shared) private func double(_ number: Int) async throws -> Int { number * 2 }

private enum Namespace {
  static let strata = Notebook()

  @Cached("static") static func half(_ number: Int) async throws -> Int { number / 2 }
}

@Suite("Macros: cached functions at work")
struct CachedFunctionTests {
  @Test func `a second call with the same arguments does not load`() async throws {
    let users = Users(strata: Notebook(), loads: Counter())
    #expect(try await users.user(1) == "eu-1-1")
    #expect(try await users.user(1, in: "eu") == "eu-1-1")
    #expect(try await users.user(1, in: "us") == "us-1-2")
    #expect(try await users.user(-1) == "nobody")
    #expect(try await users.all() == [4])
    #expect(try await users.all() == [4])
    #expect(await users.strata.keys.first == "users(id,region) 1 eu")
  }

  @Test func `an ignored parameter is no part of the key`() async throws {
    let users = Users(strata: Notebook(), loads: Counter())
    #expect(try await users.traced(id: 5, trace: "a") == "5 1")
    #expect(try await users.traced(id: 5, trace: "b") == "5 1")
  }

  @MainActor @Test func `the body keeps its isolation`() async throws {
    let counter = Counter()
    #expect(try await counter.inside(1) == 10)
    #expect(try await counter.inside(1) == 10)
    let screen = Screen()
    #expect(try await screen.heading(1, of: 2) == "ab")
    #expect(try await screen.heading(1, of: 2) == "ab")
    #expect(try await screen.heading(2, of: 2) == "abb")
  }

  @Test func `free and static functions are cached too`() async throws {
    #expect(try await double(21) == 42)
    #expect(try await double(21) == 42)
    #expect(await shared.keys == ["free(number) 21", "free(number) 21"])
    #expect(try await Namespace.half(4) == 2)
  }
}
