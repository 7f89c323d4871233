// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Negative
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Negative")
struct NegativeTests {
  @Test func `not found is remembered for its own time, then asked for again`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("plain")
      let asked = Lock(0)
      for _ in 0..<5 {
        let found = try await users.find(1) { _ in
          asked.withLock { $0 += 1 }
          return nil
        }
        #expect(found == nil)
      }
      #expect(asked.withLock { $0 } == 1)
      try await world.sleep(for: .seconds(31))
      _ = try await users.find(1) { _ in User(id: 1, name: "now there") }
      #expect(users.cached(1)?.name == "now there")
    }
  }

  @Test func `a loader that declines caching is not remembered either`() throws {
    try Simulation(seed: 2).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("plain")
      let asked = Lock(0)
      for _ in 0..<3 {
        _ = try await users.find(1) { context in
          asked.withLock { $0 += 1 }
          context.doNotStore()
          return nil
        }
      }
      #expect(asked.withLock { $0 } == 3)
    }
  }

  @Test func `value(for:) of what is not there throws not-found`() throws {
    try Simulation(seed: 3).run { world in
      let strata = try await Shop.open(Shop.simple, world)
      let users: Cache<Int, User> = try strata.cache("plain")
      let error = await #expect(throws: CacheError.self) {
        try await users.value(for: 1) { context in try context.notFound() }
      }
      #expect(error?.code == .notFound)
    }
  }

  // MARK: Errors

  static let brief = Shop.yaml(
    """
    - fail-safe: { throttle: 1ms }
    - local: { store: memory }
    - negative: { errors: 2s }
    - stampede-guard
    """, settings: "ttl: 10s\nmax-stale: 1m")

  @Test func `a failure is remembered for a moment, and then asked about again`() throws {
    try Shop.run(Self.brief, seed: 4) { world, users, source in
      let user = users.wrap(source.user)
      source.fail()
      for _ in 0..<20 {
        await #expect(throws: Source.Down()) { try await user(1) }
        try await world.sleep(for: .milliseconds(50))
      }
      #expect(source.loads == 1)
      // Another key is asked for.
      await #expect(throws: Source.Down()) { try await user(2) }
      source.fail(false)
      try await world.sleep(for: .seconds(2))
      #expect(try await user(1).name == "1")
    }
  }

  @Test func `a change of the key, a tag and a clear end the memory of a failure`() throws {
    try Shop.run(Self.brief, seed: 5) { world, users, source in
      let user = users.wrap(source.user)
      for change in 0..<4 {
        source.fail()
        await #expect(throws: Source.Down()) { try await user(1) }
        source.fail(false)
        await #expect(throws: Source.Down()) { try await user(1) }
        switch change {
        case 0: try await users.remove(1)
        case 1: try await users.expire(1)
        case 2: try await users.invalidate(tags: "any")
        default: try await users.clear()
        }
        #expect(try await user(1).name == "1")
        try await users.remove(1)
      }
    }
  }

  @Test func `with a stale value at hand nobody sees a remembered failure`() throws {
    try Shop.run(Self.brief, seed: 6) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.fail()
      try await world.sleep(for: .seconds(11))
      for _ in 0..<10 {
        #expect(try await user(1).name == "1")
        try await world.sleep(for: .milliseconds(100))
      }
      #expect(source.loads == 2)
    }
  }

  @Test func `a refresh asks though the source failed a moment ago`() throws {
    try Shop.run(Self.brief, seed: 7) { world, users, source in
      source.fail()
      await #expect(throws: Source.Down()) {
        try await users.value(for: 1) { try await source.user(1) }
      }
      source.fail(false)
      var anew = RequestOptions()
      anew.refresh = true
      let load: @Sendable (LoadContext) async throws -> User = { _ in try await source.user(1) }
      let found = try await users.value(for: 1, options: anew, load: load)
      #expect(found.name == "1")
    }
  }

  @Test func `of a batch only what did not fail is asked for`() throws {
    try Shop.run(Self.brief, seed: 8) { world, users, source in
      let asked = Lock<[[Int]]>([])
      let load: @Sendable ([Int]) async throws -> [Int: User] = { ids in
        asked.withLock { $0.append(ids) }
        if ids.contains(1) { throw Source.Down() }
        return Dictionary(uniqueKeysWithValues: ids.map { ($0, User(id: $0, name: "new")) })
      }
      _ = try? await users.getMany([1, 2], load: load)
      _ = try? await users.getMany([2, 3, 4], load: load)
      #expect(asked.withLock { $0 } == [[1, 2], [3, 4]])
      #expect(users.cached(3)?.name == "new")
    }
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(Negative.self, folder: "Negative") == [])
  }
}
