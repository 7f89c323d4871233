// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StaleWhileRevalidate
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Stale-while-revalidate")
struct StaleWhileRevalidateTests {
  static func plan(_ options: String) -> String {
    Shop.yaml(
      """
      - local: { store: memory }
      - stale-while-revalidate: { \(options) }
      - stampede-guard
      """, settings: "ttl: 10s\nmax-stale: 1m")
  }

  @Test func `a stale value is answered at once and refreshed once, behind`() throws {
    try Shop.run(Self.plan(""), seed: 1) { world, users, source in
      _ = try await users.value(for: 1) { try await source.user(1) }
      source.publish()
      try await world.sleep(for: .seconds(11))
      let began = world.clock.now
      for _ in 0..<20 {
        let reply = try await users.reply(for: 1) { _ in try await source.user(1) }
        #expect(reply.value?.name == "1" && reply.isStale && reply.missReason == .expired)
      }
      #expect(world.clock.now == began)
      try await world.sleep(for: .milliseconds(100))
      #expect(users.cached(1)?.name == "2")
      #expect(source.loads == 2)
    }
  }

  @Test func `past the window callers wait for the source`() throws {
    try Shop.run(Self.plan("window: 5s"), seed: 2) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.publish()
      try await world.sleep(for: .seconds(16))
      #expect(try await user(1).name == "2")
    }
  }

  @Test func `a failing source is tried once for each rest, and only within the window`() throws {
    try Shop.run(Self.plan("window: 20s, rest: 5s"), seed: 3) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.fail()
      try await world.sleep(for: .milliseconds(10_500))
      for _ in 0..<19 {
        #expect(try await user(1).name == "1")
        try await world.sleep(for: .seconds(1))
      }
      #expect(source.loads == 1 + 4)
      try await world.sleep(for: .seconds(2))
      await #expect(throws: Source.Down()) { try await user(1) }
    }
  }

  @Test func `what was expired on purpose is waited for`() throws {
    try Shop.run(Self.plan(""), seed: 4) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.publish()
      try await users.expire(1)
      #expect(try await user(1).name == "2")
      try await world.sleep(for: .seconds(11))
      source.publish()
      try await users.expire(1)
      #expect(try await user(1).name == "3")
    }
  }

  @Test func `of a batch the stale keys are answered and the missing ones loaded`() throws {
    try Shop.run(Self.plan(""), seed: 5) { world, users, _ in
      try await users.set(1, User(id: 1, name: "old"))
      try await world.sleep(for: .seconds(11))
      let asked = Lock<[[Int]]>([])
      let load: @Sendable ([Int]) async throws -> [Int: User] = { ids in
        asked.withLock { $0.append(ids) }
        return Dictionary(uniqueKeysWithValues: ids.map { ($0, User(id: $0, name: "new")) })
      }
      let values = try await users.getMany([1, 2, 3], load: load)
      #expect(values.map { $0?.name } == ["old", "new", "new"])
      try await world.sleep(for: .seconds(1))
      #expect(asked.withLock { $0 } == [[2, 3], [1]] || asked.withLock { $0 } == [[1], [2, 3]])
      #expect(try await users.getMany([1, 2, 3]).map { $0?.name } == ["new", "new", "new"])
    }
  }

  @Test func `a removal while it refreshes keeps the old value out`() throws {
    let found = try Shop.removeDuringRefresh(
      Self.plan(""), seed: 6, after: .seconds(11))
    #expect(found == [nil, "2"])
  }

  @Test func `places and windows that serve nothing are warned about`() throws {
    let first = try Shop.problems("- stale-while-revalidate\n- local: { store: memory }")
    #expect(first.contains { $0.contains("never finds anything stale here") })
    let none = try Shop.problems("- local: { store: memory }\n- stale-while-revalidate")
    #expect(none.contains { $0.contains("max-stale is 0") })
    let unit = try Shop.problems(
      "- local: { store: memory }\n- stale-while-revalidate: { window: 5 }")
    #expect(unit.contains { $0.contains("write 5s or 5ms") })
  }

  @Test func `its page names every option with its default`() throws {
    let missing = try PluginPage.missing(
      StaleWhileRevalidate.self, folder: "StaleWhileRevalidate")
    #expect(missing == [])
  }
}
