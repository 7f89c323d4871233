// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Two tiers, as other libraries test them")
struct TwoTierTests {
  static let both = [
    "fail-safe: { throttle: 1ms }", "full-road", Stand.local, "stampede-guard",
    "remote: { store: far, timeout: 100ms }",
  ]

  // MARK: Reading

  @Test func `a cold first tier is filled from the second`() throws {
    try stand(1, Self.both) { stand in
      _ = try await stand.user(1)
      stand.source.publish()
      try await stand.forget()
      #expect(try await stand.reply(1).tier == "far")
      #expect(stand.users.cached(1)?.name == "1")
      #expect(stand.source.loads == 1)
    }
  }

  @Test func `what comes from the second tier expires in the first when it does there`() throws {
    try stand(2, Self.both) { stand in
      _ = try await stand.user(1)
      try await stand.world.sleep(for: .seconds(6))
      try await stand.forget()
      _ = try await stand.user(1)
      #expect(try await stand.users.remaining(1) == .seconds(4))
      try await stand.world.sleep(for: .milliseconds(4_001))
      #expect(stand.users.cached(1) == nil)
    }
  }

  @Test func `each tier has a lifetime of its own`() throws {
    let stages = ["local: { store: memory, ttl: 2s }", "full-road", Stand.remote]
    try stand(3, stages) { stand in
      _ = try await stand.user(1)
      #expect(try await stand.users.remaining(1) == .seconds(2))
      try await stand.world.sleep(for: .seconds(3))
      #expect(try await stand.reply(1).tier == "far")
      #expect(stand.source.loads == 1)
      #expect(throws: ConfigurationError.self) {
        try Shop.plan(
          """
          version: 1
          stores: { memory: { kind: reference } }
          caches: { users: { ttl: 1s, pipeline: [local: { store: memory, ttl: 2s }] } }
          """)
      }
    }
  }

  @Test func `of two stale values the newer one is served`() throws {
    try stand(4, "ttl: 10s, max-stale: 1h", Self.both) { stand in
      _ = try await stand.user(1)
      // Another node wrote a newer value, which has expired as well by now.
      try await stand.world.sleep(for: .seconds(5))
      var elsewhere = RequestOptions()
      elsewhere.skipWriting = .named(["memory"])
      try await stand.users.set(1, User(id: 1, name: "newer"), options: elsewhere)
      try await stand.world.sleep(for: .seconds(11))
      stand.source.fail()
      let reply = try await stand.reply(1)
      #expect(reply.isStale && reply.value?.name == "newer")
    }
  }

  @Test func `a newer value of the second tier is taken when the first has expired`() throws {
    try stand(5, "ttl: 10s, max-stale: 1h", Self.both) { stand in
      _ = try await stand.user(1)
      try await stand.world.sleep(for: .seconds(6))
      var elsewhere = RequestOptions()
      elsewhere.skipWriting = .named(["memory"])
      try await stand.users.set(1, User(id: 1, name: "newer"), options: elsewhere)
      try await stand.world.sleep(for: .seconds(5))
      #expect(try await stand.user(1).name == "newer")
      #expect(stand.source.loads == 1)
    }
  }

  @Test func `a refresh takes a newer value of the second tier instead of loading`() throws {
    let stages = [Stand.local, "refresh-ahead: { at: 50% }", "stampede-guard", Stand.remote]
    try stand(6, stages) { stand in
      _ = try await stand.user(1)
      try await stand.world.sleep(for: .seconds(4))
      var elsewhere = RequestOptions()
      elsewhere.skipWriting = .named(["memory"])
      try await stand.users.set(1, User(id: 1, name: "newer"), options: elsewhere)
      try await stand.world.sleep(for: .seconds(2))
      #expect(try await stand.user(1).name == "1")
      try await stand.world.sleep(for: .milliseconds(100))
      #expect(stand.users.cached(1)?.name == "newer")
      #expect(stand.source.loads == 1)
    }
  }

  // MARK: Skipping

  @Test func `a call leaves out the tiers that it names, for reading and for writing`() throws {
    try stand(7, Self.both) { stand in
      var options = RequestOptions()
      options.skipWriting = .named(["far"])
      let local = options
      _ = try await stand.users.value(for: 1, options: local) { _ in
        try await stand.source.user(1)
      }
      #expect(stand.far?.count(of: .set) == 0)
      try await stand.forget()
      #expect(try await stand.users.get(1) == nil)
      options.skipWriting = .all
      let none = options
      _ = try await stand.users.value(for: 2, options: none) { _ in
        try await stand.source.user(2)
      }
      #expect(stand.users.cached(2) == nil)
      _ = try await stand.user(3)
      options = RequestOptions()
      options.skipReading = .named(["memory"])
      let far = options
      #expect(try await stand.users.reply(for: 3, options: far).tier == "far")
      options.skipReading = .all
      let past = options
      #expect(try await stand.users.get(3, options: past) == nil)
    }
  }

  // MARK: Faults

  @Test func `a failing second tier is nobody's error, for any operation`() throws {
    try stand(8, Self.both) { stand in
      stand.far?.plan = ChaosPlan().sometimes(.fail, rate: 1)
      #expect(try await stand.user(1).name == "1")
      #expect(stand.users.cached(1)?.name == "1")
      try await stand.users.set(2, User(id: 2, name: "set"))
      #expect(stand.users.cached(2)?.name == "set")
      try await stand.users.remove(2)
      #expect(try await stand.users.get(2) == nil)
      #expect(stand.world.reports.count(of: "store failed") > 0)
    }
  }

  @Test func `a hanging second tier costs its timeout, and no more`() throws {
    try stand(9, Self.both) { stand in
      stand.far?.plan = ChaosPlan().sometimes(.stall(.seconds(30)), on: .get, rate: 1)
      let began = stand.world.clock.now
      #expect(try await stand.user(1).name == "1")
      #expect(stand.world.clock.now - began <= .milliseconds(220))
      try await stand.world.sleep(for: .seconds(31))
    }
  }

  @Test func `a timeout holds for the first stale read, too`() throws {
    try stand(10, Self.both) { stand in
      _ = try await stand.user(1)
      try await stand.world.sleep(for: .seconds(11))
      stand.far?.plan = ChaosPlan().sometimes(.stall(.seconds(30)), on: .get, rate: 1)
      stand.source.publish()
      let began = stand.world.clock.now
      #expect(try await stand.user(1).name == "2")
      #expect(stand.world.clock.now - began <= .milliseconds(220))
      try await stand.world.sleep(for: .seconds(31))
    }
  }

  @Test func `a value that lies damaged in the second tier is loaded anew`() throws {
    try stand(11, Self.both) { stand in
      _ = try await stand.user(1)
      let key = try #require(
        stand.strata.stage(FullRoad.self, in: "users")?.requests.first?.keys.first)
      let write = StoreWrite(
        key: key, content: .sealed([1, 2, 3]), expiresAt: .distantFuture,
        version: Version(issuer: 0, number: 1 << 55), lease: nil)
      _ = try await stand.far?.set(.one(write))
      try await stand.forget()
      stand.source.publish()
      #expect(try await stand.user(1).name == "2")
      #expect(stand.world.reports.count(of: "stored value rejected") == 1)
    }
  }

  @Test func `the second tier fails and comes back in the middle of it all`() throws {
    try stand(12, Self.both) { stand in
      _ = try await stand.user(1)
      stand.far?.plan = ChaosPlan().sometimes(.fail, rate: 1)
      stand.source.publish()
      try await stand.world.sleep(for: .seconds(11))
      #expect(try await stand.user(1).name == "2")
      stand.far?.plan = .calm
      try await stand.world.sleep(for: .seconds(11))
      stand.source.publish()
      #expect(try await stand.user(1).name == "3")
      try await stand.forget()
      #expect(try await stand.reply(1).tier == "far")
    }
  }

  // MARK: Changes

  @Test func `a removal removes from both, an expiry leaves a fallback in both`() throws {
    try stand(13, Self.both) { stand in
      _ = try await stand.user(1)
      try await stand.users.remove(1)
      try await stand.forget()
      #expect(try await stand.users.get(1) == nil)
      _ = try await stand.user(2)
      try await stand.users.expire(2)
      try await stand.forget()
      #expect(try await stand.users.get(2) == nil)
      stand.source.fail()
      let reply = try await stand.reply(2)
      #expect(reply.isStale && reply.tier == "far")
    }
  }

  @Test func `an expiry while the second tier is read brings no old value back`() throws {
    try stand(14, Self.both) { stand in
      _ = try await stand.user(1)
      try await stand.forget()
      stand.far?.plan = ChaosPlan().once(.slow(.milliseconds(50)), on: .get, at: 2)
      stand.source.publish()
      let early = stand.world.spawn { _ = try? await stand.users.get(1) }
      try await stand.world.sleep(for: .milliseconds(10))
      try await stand.users.expire(1)
      await early.wait()
      #expect(stand.users.cached(1) == nil)
      #expect(try await stand.user(1).name == "2")
    }
  }

  @Test func `a removal while a fill is under way leaves neither tier with it`() throws {
    try stand(15, Self.both) { stand in
      stand.far?.plan = ChaosPlan().once(.slow(.milliseconds(50)), on: .set, at: 1)
      let early = stand.world.spawn { _ = try? await stand.user(1) }
      try await stand.world.sleep(for: .milliseconds(40))
      stand.source.publish()
      try await stand.users.remove(1)
      await early.wait()
      try await stand.world.sleep(for: .milliseconds(100))
      #expect(try await stand.user(1).name == "2")
      try await stand.forget()
      #expect(try await stand.users.get(1)?.name == "2")
    }
  }

  @Test func `tags and clear reach what lies in the second tier only`() throws {
    try stand(16, Self.both) { stand in
      var options = RequestOptions()
      options.tags = ["t"]
      let tagged = options
      for id in 1...4 {
        try await stand.users.set(
          id, User(id: id, name: "old"), options: id <= 2 ? tagged : .standard)
      }
      try await stand.forget()
      try await stand.users.invalidate(tags: "t")
      #expect(
        try await stand.users.getMany([1, 2, 3, 4]).map { $0 == nil } == [true, true, false, false])
      try await stand.forget()
      try await stand.users.clear()
      #expect(try await stand.users.getMany([1, 2, 3, 4]).allSatisfy { $0 == nil })
    }
  }

  @Test func `a value that was not to be stored is in neither tier`() throws {
    try stand(17, Self.both) { stand in
      _ = try await stand.users.value(for: 1) { context in
        context.doNotStore()
        return User(id: 1, name: "once")
      }
      #expect(stand.users.cached(1) == nil && stand.far?.count(of: .set) == 0)
    }
  }
}
