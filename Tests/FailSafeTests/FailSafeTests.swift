// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Fail-safe")
struct FailSafeTests {
  static func plan(_ options: String, maxStale: String = "1m") -> String {
    """
    version: 1
    stores:
      memory: { kind: reference }
    caches:
      users:
        ttl: 2s
        max-stale: \(maxStale)
        pipeline:
          - fail-safe: { \(options) }
          - local: { store: memory }
          - stampede-guard
    """
  }

  @Test func `a stale value stands in for a failure, marked, and never past max-stale`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Self.plan("throttle: 10s", maxStale: "30s"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
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
    try Simulation(seed: 2).run { world in
      let strata = try await Shop.open(Self.plan("throttle: 10s", maxStale: "1h"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
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
    try Simulation(seed: 4).run { world in
      let strata = try await Shop.open(Self.plan("soft-timeout: 50ms, hard-timeout: 1s"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
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

  @Test func `time limits that contradict each other are refused`() throws {
    let problems = try Shop.problems(
      "- fail-safe: { soft-timeout: 2s, hard-timeout: 1s }\n- local: { store: memory }")
    #expect(problems.contains { $0.contains("must be shorter than hard-timeout, 1s") })
    #expect(problems.contains { $0.contains("warning") && $0.contains("max-stale is 0") })
  }
}
