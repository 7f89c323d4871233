// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Sliding
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Sliding")
struct SlidingTests {
  static func plan(_ options: String, remote: Bool = false) -> String {
    Shop.yaml(
      """
      - full-road
      - local: { store: memory }
      - sliding: { \(options) }
      - stampede-guard
      \(remote ? "- remote: { store: far }" : "")
      """)
  }

  @Test func `an entry in use lives on until its absolute age`() throws {
    try Shop.run(Self.plan("max: 60s"), seed: 1) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.publish()
      for second in 1...59 {
        try await world.sleep(for: .seconds(1))
        #expect(try await user(1).name == "1", "second \(second)")
      }
      #expect(source.loads == 1)
      try await world.sleep(for: .seconds(1))
      #expect(try await user(1).name == "2")
    }
  }

  @Test func `an entry that nobody uses expires at its time`() throws {
    try Shop.run(Self.plan("max: 60s"), seed: 2) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(1)
      try await world.sleep(for: .seconds(6))
      _ = try await user(1)
      try await world.sleep(for: .milliseconds(9_900))
      #expect(users.cached(1) == nil)
      #expect(try await users.get(1) != nil)
      try await world.sleep(for: .seconds(11))
      #expect(try await users.get(1) == nil)
    }
  }

  @Test func `hits leave the fast road once for each time given`() throws {
    try Simulation(seed: 3).run { world in
      let strata = try await Shop.open(Self.plan("max: 1h, from: 50%"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      for _ in 0..<100 {
        for _ in 0..<10 { _ = try await user(1) }
        try await world.sleep(for: .milliseconds(500))
      }
      // 50 seconds, a slide every five: one read that finds it due, and the touch behind it.
      let reads = strata.stage(FullRoad.self, in: "users")?.requests ?? []
      let due = reads.filter { if case .read = $0.operation { true } else { false } }.count
      #expect(due <= 1 + 10 * 10)
      let touches = reads.filter { if case .touch = $0.operation { true } else { false } }.count
      #expect(touches >= 9 && touches <= 10)
      #expect(source.loads == 1)
    }
  }

  @Test func `the tier behind gets the time too`() throws {
    try Shop.run(Self.plan("max: 60s", remote: true), seed: 4) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(1)
      for _ in 0..<4 {
        try await world.sleep(for: .seconds(6))
        _ = try await user(1)
      }
      try await world.sleep(for: .seconds(1))
      var past = RequestOptions()
      past.skipReading = .named(["memory"])
      #expect(try await users.get(1, options: past) != nil)
      #expect(source.loads == 1)
    }
  }

  @Test func `a time of the loader's own is the time that slides`() throws {
    try Shop.run(Self.plan("max: 60s"), seed: 5) { world, users, _ in
      let load: @Sendable (LoadContext) async throws -> User = { context in
        context.ttl = .seconds(2)
        return User(id: 1, name: "brief")
      }
      _ = try await users.value(for: 1, load: load)
      for _ in 0..<5 {
        try await world.sleep(for: .milliseconds(1500))
        #expect(try await users.get(1) != nil)
      }
      try await world.sleep(for: .milliseconds(2100))
      #expect(try await users.get(1) == nil)
    }
  }

  @Test func `what is removed or expired does not slide back`() throws {
    try Shop.run(Self.plan("max: 60s"), seed: 6) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(1)
      try await world.sleep(for: .seconds(6))
      _ = try await user(1)
      try await users.remove(1)
      #expect(try await users.get(1) == nil)
      _ = try await user(2)
      try await world.sleep(for: .seconds(6))
      _ = try await user(2)
      try await users.expire(2)
      try await world.sleep(for: .milliseconds(1))
      #expect(try await users.get(2) == nil)
    }
  }

  @Test func `bounds that let nothing slide are refused`() throws {
    let short = try Shop.problems("- local: { store: memory }\n- sliding: { max: 1m }")
    #expect(short.contains { $0.contains("leaves nothing to slide") })
    let whole = try Shop.problems(
      "- local: { store: memory }\n- sliding: { max: 1h, from: 100% }")
    #expect(whole.contains { $0.contains("must be below 100%") })
    let both = try Shop.problems(
      "- local: { store: memory }\n- sliding: { max: 1h }\n- refresh-ahead")
    #expect(both.contains { $0.contains("one of them is idle") })
    let first = try Shop.problems("- sliding: { max: 1h }\n- local: { store: memory }")
    #expect(first.contains { $0.contains("sees no hits here") })
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(Sliding.self, folder: "Sliding") == [])
  }
}
