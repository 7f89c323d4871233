// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("A cache as applications use it")
struct CacheTests {
  @Test func `a wrapped function is called once per key and keeps its shape`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("users")
      let calls = Lock(0)
      let user = users.wrap { id in
        calls.withLock { $0 += 1 }
        return User(id: id, name: "Ada")
      }
      #expect(try await user(42) == User(id: 42, name: "Ada"))
      #expect(try await user(42).name == "Ada")
      #expect(calls.withLock { $0 } == 1)
      #expect(users.cached(42) == User(id: 42, name: "Ada"))
      try await users.remove(42)
      #expect(users.cached(42) == nil)
    }
  }

  @Test func `a wrapped function throws what it threw`() throws {
    struct Down: Error, Equatable {}
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("users")
      let user = users.wrap { (_: Int) async throws -> User in throw Down() }
      await #expect(throws: Down()) { try await user(1) }
    }
  }

  @Test func `not found is nil, remembered for a time of its own, and can be invalidated`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("plain")
      let calls = Lock(0)
      let find: @Sendable (Int) async throws -> User? = users.wrap { _ in
        calls.withLock { $0 += 1 }
        return nil
      }
      #expect(try await find(1) == nil)
      #expect(try await find(1) == nil)
      #expect(calls.withLock { $0 } == 1)
      try await world.sleep(for: .seconds(31))
      #expect(try await find(1) == nil)
      #expect(calls.withLock { $0 } == 2)
      try await users.remove(1)
      #expect(try await find(1) == nil)
      #expect(calls.withLock { $0 } == 3)
    }
  }

  @Test func `a bulk loader gets each missing key once and answers come in order`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("users")
      try await users.set(2, User(id: 2, name: "set"))
      let asked = Lock<[[Int]]>([])
      let values = try await users.getMany([3, 2, 1, 3, 9]) { missing in
        asked.withLock { $0.append(missing) }
        return Dictionary(
          uniqueKeysWithValues: missing.filter { $0 != 9 }.map { ($0, User(id: $0, name: "load")) })
      }
      #expect(asked.withLock { $0 } == [[3, 1, 9]])
      #expect(values.map { $0?.id } == [3, 2, 1, 3, nil])
      #expect(try await users.getMany([1, 2, 9]).map { $0?.name } == ["load", "set", nil])
    }
  }

  @Test func `a loader sets ttl and tags from the value and may decline caching`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("users")
      _ = try await users.value(for: 1) { context in
        context.ttl = .seconds(5)
        context.tags = ["team:red"]
        return User(id: 1, name: "short")
      }
      #expect(try await users.remaining(1) == .seconds(5))
      try await users.invalidate(tags: "team:red")
      #expect(try await users.get(1) == nil)
      _ = try await users.value(for: 2) { context in
        context.doNotStore()
        return User(id: 2, name: "never")
      }
      #expect(try await users.get(2) == nil)
    }
  }

  @Test func `not modified renews the stale entry, whose etag was offered`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("users")
      _ = try await users.value(for: 1) { context in
        context.etag = "v1"
        return User(id: 1, name: "kept")
      }
      try await users.expire(1)
      var options = RequestOptions()
      options.maxStale = .seconds(60)
      let offered = Lock<String?>(nil)
      let options2 = options
      _ = try await users.value(for: 3, options: options2) { context in
        context.etag = "v3"
        return User(id: 3, name: "three")
      }
      try await users.expire(3)
      let value = try await users.value(for: 3) { context in
        offered.withLock { $0 = context.etag }
        try context.notModified()
      }
      #expect(offered.withLock { $0 } == "v3")
      #expect(value.name == "three")
      #expect(try await users.remaining(3) == .seconds(600))
    }
  }

  @Test func `a template normalises what it is given`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let calls = Lock(0)
      let search: @Sendable (String, Int) async throws -> [Int] = try strata.wrap("search") {
        (query: String, page: Int) in
        calls.withLock { $0 += 1 }
        return [query.count, page]
      }
      _ = try await search("  Swift ", 1)
      _ = try await search("swift", 1)
      _ = try await search("swift", 2)
      #expect(calls.withLock { $0 } == 2)
    }
  }

  @Test func `asking for a cache that is not there names the nearest`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let error = #expect(throws: CacheError.self) {
        let _: Cache<Int, User> = try strata.cache("user")
      }
      #expect(error?.message == "The plan has no cache 'user'; did you mean 'users'?")
      let _: Cache<Int, User> = try strata.cache("users")
      let wrong = #expect(throws: CacheError.self) {
        let _: Cache<Int, String> = try strata.cache("users")
      }
      #expect(wrong?.code == .wrongType)
    }
  }

  @Test func `a reload changes the policy and keeps the entries`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("users")
      try await users.set(1, User(id: 1, name: "before"))
      let changed = Shop.simple.replacing("ttl: 10m", with: "ttl: 20m")
      try await strata.replace(plan: try Shop.plan(changed))
      #expect(users.cached(1)?.name == "before")
      try await users.set(2, User(id: 2, name: "after"))
      #expect(try await users.remaining(2) == .seconds(1200))
      #expect(throws: ConfigurationError.self) {
        try Shop.plan(Shop.simple.replacing("ttl: 10m", with: "ttl: 10"))
      }
      #expect(users.cached(2)?.name == "after")
    }
  }

  @Test func `after shutdown calls fail and say so`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("users")
      #expect(await strata.shutdown().isEmpty)
      let error = await #expect(throws: CacheError.self) { try await users.get(1) }
      #expect(error?.code == .closed)
    }
  }
}

extension String {
  /// The text with every occurrence of `part` replaced.
  func replacing(_ part: String, with other: String) -> String {
    split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
  }
}
