// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import FailSafe
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Fail-safe")
struct FailSafeTests {
  static func plan(_ options: String, maxStale: String = "1m") -> String {
    Shop.yaml(
      """
      - fail-safe: { \(options) }
      - local: { store: memory }
      - stampede-guard
      """, settings: "ttl: 2s\nmax-stale: \(maxStale)")
  }

  @Test func `a stale value stands in for a failure, marked, and never past max-stale`() throws {
    try Shop.run(Self.plan("throttle: 10s", maxStale: "30s"), seed: 1) { world, users, source in
      _ = try await users.value(for: 1) { try await source.user(1) }
      source.fail()
      try await world.sleep(for: .seconds(3))
      let stale = try await users.reply(for: 1) { _ in try await source.user(1) }
      #expect(stale.isStale && stale.value?.name == "1")
      try await world.sleep(for: .seconds(30))
      await #expect(throws: Source.Down()) {
        try await users.value(for: 1) { try await source.user(1) }
      }
    }
  }

  @Test func `a dead source is tried once per throttle interval and serves no error`() throws {
    try Shop.run(Self.plan("throttle: 10s", maxStale: "1h"), seed: 2) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.fail()
      try await world.sleep(for: .seconds(3))
      let before = source.loads
      for _ in 0..<600 {
        #expect(try await user(1).name == "1")
        try await world.sleep(for: .seconds(1))
      }
      #expect(source.loads - before <= 60)
      source.fail(false)
      source.publish()
      try await world.sleep(for: .seconds(11))
      #expect(try await user(1).name == "2")
    }
  }

  @Test func `the soft timeout serves stale and the load is stored when it ends`() throws {
    try Simulation(seed: 3).run { world in
      let strata = try await Shop.open(
        Self.plan("soft-timeout: 50ms, hard-timeout: 2s, throttle: 1ms"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.publish()
      source.take(.milliseconds(500))
      try await world.sleep(for: .seconds(3))
      let began = world.clock.now
      let reply = try await users.reply(for: 1) { _ in try await source.user(1) }
      #expect(world.clock.now - began == .milliseconds(50))
      #expect(reply.isStale && reply.value?.name == "1")
      try await world.sleep(for: .milliseconds(500))
      #expect(users.cached(1)?.name == "2")
      #expect(source.loads == 2)
    }
  }

  @Test func `the soft timeout waits where nothing stale exists, the hard one does not`() throws {
    try Shop.run(Self.plan("soft-timeout: 50ms, hard-timeout: 1s"), seed: 4) {
      world, users, source in
      source.take(.milliseconds(500))
      #expect(try await users.value(for: 1) { try await source.user(1) }.name == "1")
      source.take(.seconds(5))
      let began = world.clock.now
      await #expect(throws: (any Error).self) {
        try await users.value(for: 2) { try await source.user(2) }
      }
      #expect(world.clock.now - began == .seconds(1))
      try await world.sleep(for: .seconds(5))
      #expect(users.cached(2)?.name == nil || users.cached(2)?.name == "1")
    }
  }

  @Test func `a load that ends behind an invalidation is not stored`() throws {
    try Simulation(seed: 5).run { world in
      let strata = try await Shop.open(
        Self.plan("soft-timeout: 50ms, hard-timeout: 2s, throttle: 1ms"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.take(.milliseconds(500))
      try await world.sleep(for: .seconds(3))
      _ = try await user(1)
      source.publish()
      try await users.remove(1)
      try await world.sleep(for: .seconds(1))
      #expect(users.cached(1) == nil)
      #expect(try await user(1).name == "2")
    }
  }

  @Test func `a source that is dead for ten minutes costs no error and one try an interval`() throws
  {
    try Shop.run(Self.plan("throttle: 10s", maxStale: "1h"), seed: 8) { world, users, source in
      let keys = 1...50
      for id in keys { _ = try await users.value(for: id) { try await source.user(id) } }
      source.fail()
      try await world.sleep(for: .seconds(3))
      let before = source.loads
      let began = world.clock.now
      while world.clock.now < began + .seconds(600) {
        for id in keys {
          let reply = try await users.reply(for: id) { _ in try await source.user(id) }
          #expect(reply.isStale && reply.value?.name == "1")
        }
        try await world.sleep(for: .milliseconds(500))
      }
      let intervals = Int((world.clock.now - began) / .seconds(10))
      #expect(source.loads - before <= keys.count * (intervals + 1))
      #expect(source.loads - before >= keys.count * (intervals - 10))
    }
  }

  @Test func `where nothing may stand in, the caller's own default does, and is not kept`() throws {
    try Shop.run(Self.plan("hard-timeout: 1s"), seed: 9) { world, users, source in
      var options = RequestOptions()
      options.fallback = LivePayload(User(id: 0, name: "nobody"))
      let load: @Sendable (LoadContext) async throws -> User? = { _ in try await source.user(1) }
      source.fail()
      let down = try await users.reply(for: 1, options: options, load: load)
      #expect(down.value?.name == "nobody" && down.isStale)
      guard case .stale(_, .defaultValue) = down.outcome else {
        Issue.record("\(down.outcome)")
        return
      }
      source.fail(false)
      source.take(.seconds(5))
      #expect(try await users.find(1, options: options, load: load)?.name == "nobody")
      #expect(try await users.get(1) == nil)
      source.take(.milliseconds(1))
      try await world.sleep(for: .seconds(6))
      #expect(try await users.find(1, options: options, load: load)?.name == "1")
      source.fail()
      try await world.sleep(for: .seconds(3))
      // A stale value is better than a default.
      #expect(try await users.find(1, options: options, load: load)?.name == "1")
    }
  }

  @Test func `time limits that contradict each other are refused`() throws {
    let problems = try Shop.problems(
      "- fail-safe: { soft-timeout: 2s, hard-timeout: 1s }\n- local: { store: memory }")
    #expect(problems.contains { $0.contains("must be shorter than hard-timeout, 1s") })
    #expect(problems.contains { $0.contains("warning") && $0.contains("max-stale is 0") })
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(FailSafe.self, folder: "FailSafe") == [])
  }
}
