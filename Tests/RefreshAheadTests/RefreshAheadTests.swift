// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import RefreshAhead
import Strata
import StrataCore
import StrataTesting
import TestSupport
import Testing

@Suite("Refresh-ahead")
struct RefreshAheadTests {
  static func plan(_ options: String) -> String {
    Shop.yaml(
      """
      - local: { store: memory }
      - refresh-ahead: { \(options) }
      - stampede-guard
      """)
  }

  @Test func `past its point an entry is refreshed once, behind, while it is served`() throws {
    try Shop.run(Self.plan("at: 80%"), seed: 1) { world, users, source in
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
    try Shop.run(Self.plan("before: 2s"), seed: 2) { world, users, source in
      _ = try await users.value(for: 1) { try await source.user(1) }
      try await world.sleep(for: .seconds(60))
      #expect(source.loads == 1)
    }
  }

  @Test func `a failed refresh rests and leaves the entry as it is`() throws {
    try Shop.run(Self.plan("at: 50%, rest: 2s"), seed: 3) { world, users, source in
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
    try Shop.run(Self.plan("at: 50%"), seed: 4) { world, users, source in
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
    let found = try Shop.removeDuringRefresh(
      Self.plan("at: 50%"), seed: 5, after: .seconds(6))
    #expect(found == [nil, "2"])
  }

  @Test func `early refreshes are distributed as the paper on XFetch says, over a million draws`()
    throws
  {
    try Simulation(seed: 6).run { world in
      let context = CacheContext(
        policy: CachePolicy(name: "test", ttl: .seconds(100)), runtime: world.runtime)
      let options = StageOptions(block: .written(["xfetch": "true"]), cache: context)
      let stage = try RefreshAhead(options: options, runtime: world.runtime)
      let now = world.clock.now
      var entry = Entry(
        payload: nil, createdAt: now, freshUntil: now + .seconds(100), usableUntil: now)
      // A load of 200 ms: how long before the expiry it is refreshed has a mean of that.
      entry.cost = 200_000
      let early = (0..<1_000_000).map { _ in
        let moment = stage.attention(to: entry, now: now)
        return Double((entry.freshUntil - moment).saturatingNanoseconds) / 1e9
      }
      #expect(Distribution(early).follows { 1 - exp(-$0 / 0.2) })
      #expect(!Distribution(early).follows { 1 - exp(-$0 / 0.21) })
    }
  }

  @Test func `two ways at once are refused`() throws {
    let problems = try Shop.problems(
      "- local: { store: memory }\n- refresh-ahead: { at: 50%, before: 2s }")
    #expect(problems.contains { $0.contains("exclude each other") })
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(RefreshAhead.self, folder: "RefreshAhead") == [])
  }
}
