// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Refresh-ahead")
struct RefreshAheadTests {
  static func plan(_ options: String) -> String {
    """
    version: 1
    stores:
      memory: { kind: reference }
    caches:
      users:
        ttl: 10s
        pipeline:
          - local: { store: memory }
          - refresh-ahead: { \(options) }
          - stampede-guard
    """
  }

  @Test func `past its point an entry is refreshed once, behind, while it is served`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Self.plan("at: 80%"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.publish()
      try await world.sleep(for: .seconds(7))
      _ = try await user(1)
      #expect(source.loads == 1)
      try await world.sleep(for: .milliseconds(1500))
      let began = world.clock.now
      for _ in 0..<20 { #expect(try await user(1).name == "1") }
      #expect(world.clock.now == began)
      try await world.sleep(for: .milliseconds(100))
      #expect(users.cached(1)?.name == "2")
      #expect(source.loads == 2)
    }
  }

  @Test func `an entry that nobody reads is not refreshed`() throws {
    try Simulation(seed: 2).run { world in
      let strata = try await Shop.open(Self.plan("before: 2s"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      _ = try await users.value(for: 1) { try await source.user(1) }
      try await world.sleep(for: .seconds(60))
      #expect(source.loads == 1)
    }
  }

  @Test func `a failed refresh rests and leaves the entry as it is`() throws {
    try Simulation(seed: 3).run { world in
      let strata = try await Shop.open(Self.plan("at: 50%, rest: 2s"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.fail()
      try await world.sleep(for: .seconds(6))
      for _ in 0..<30 {
        #expect(try await user(1).name == "1")
        try await world.sleep(for: .milliseconds(100))
      }
      #expect(source.loads == 3)
    }
  }

  @Test func `the caller who set a refresh off may leave`() throws {
    try Simulation(seed: 4).run { world in
      let strata = try await Shop.open(Self.plan("at: 50%"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.publish()
      try await world.sleep(for: .seconds(6))
      let caller = world.spawn { _ = try? await user(1) }
      caller.cancel()
      await caller.wait()
      _ = try await user(1)
      try await world.sleep(for: .milliseconds(100))
      #expect(users.cached(1)?.name == "2")
    }
  }

  @Test func `a removal during a refresh keeps the refreshed value out`() throws {
    try Simulation(seed: 5).run { world in
      let strata = try await Shop.open(Self.plan("at: 50%"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      try await world.sleep(for: .seconds(6))
      source.take(.milliseconds(500))
      _ = try await user(1)
      try await world.sleep(for: .milliseconds(100))
      source.publish()
      try await users.remove(1)
      try await world.sleep(for: .seconds(1))
      #expect(users.cached(1) == nil)
    }
  }

  @Test func `two ways at once are refused`() throws {
    let problems = try Shop.problems(
      "- local: { store: memory }\n- refresh-ahead: { at: 50%, before: 2s }")
    #expect(problems.contains { $0.contains("exclude each other") })
  }
}
