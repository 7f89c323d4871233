// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("One tier, as other libraries test it")
struct OneTierTests {
  static let safe = ["fail-safe: { throttle: 5s }", Stand.local, "stampede-guard"]
  static let plain = [Stand.local, "stampede-guard"]

  // MARK: Fail-safe

  @Test func `a stale value is returned when the load throws`() throws {
    try stand(1, Self.safe) { stand in
      #expect(try await stand.user(1).name == "1")
      stand.source.fail()
      try await stand.world.sleep(for: .seconds(11))
      #expect(try await stand.user(1).name == "1")
    }
  }

  @Test func `a stale value is returned when the load fails without throwing`() throws {
    try stand(2, Self.safe) { stand in
      #expect(try await stand.user(1).name == "1")
      try await stand.world.sleep(for: .seconds(11))
      let reply = try await stand.users.reply(for: 1) { context in
        context.reportFailure(Source.Down())
        return User(id: 1, name: "never")
      }
      #expect(reply.value?.name == "1" && reply.isStale)
    }
  }

  @Test func `without a stale value the load's error is thrown`() throws {
    try stand(3, Self.safe) { stand in
      stand.source.fail()
      await #expect(throws: Source.Down()) { try await stand.user(1) }
    }
  }

  @Test func `without fail-safe the load's error is thrown although a stale value is there`()
    throws
  {
    try stand(4, Self.plain) { stand in
      _ = try await stand.user(1)
      stand.source.fail()
      try await stand.world.sleep(for: .seconds(11))
      await #expect(throws: Source.Down()) { try await stand.user(1) }
    }
  }

  @Test func `the throttle holds the source off, then it is tried again`() throws {
    try stand(5, Self.safe) { stand in
      _ = try await stand.user(1)
      stand.source.fail()
      try await stand.world.sleep(for: .seconds(11))
      for _ in 0..<4 {
        #expect(try await stand.user(1).name == "1")
        try await stand.world.sleep(for: .seconds(1))
      }
      #expect(stand.source.loads == 2)
      stand.source.fail(false)
      stand.source.publish()
      try await stand.world.sleep(for: .seconds(2))
      #expect(try await stand.user(1).name == "2")
    }
  }

  @Test func `no value is served past its longest staleness`() throws {
    try stand(6, "ttl: 10s, max-stale: 20s", Self.safe) { stand in
      _ = try await stand.user(1)
      stand.source.fail()
      try await stand.world.sleep(for: .seconds(29))
      #expect(try await stand.user(1).name == "1")
      try await stand.world.sleep(for: .seconds(2))
      await #expect(throws: Source.Down()) { try await stand.user(1) }
    }
  }

  @Test func `serving stale does not make an entry younger or prolong it`() throws {
    try stand(
      7, "ttl: 10s, max-stale: 20s",
      ["fail-safe: { throttle: 1ms }", Stand.local, "ttl-jitter: { spread: 50% }"]
    ) { stand in
      _ = try await stand.user(1)
      let first = try #require(try await stand.reply(1).age)
      stand.source.fail()
      try await stand.world.sleep(for: .seconds(16))
      for second in 0..<5 {
        let reply = try await stand.reply(1)
        #expect(reply.isStale)
        #expect(try #require(reply.age) >= first + .seconds(16 + second))
        try await stand.world.sleep(for: .seconds(1))
      }
    }
  }

  @Test func `a caller who leaves does not make the source look dead`() throws {
    try stand(8, Self.safe) { stand in
      _ = try await stand.user(1)
      stand.source.publish()
      try await stand.world.sleep(for: .seconds(11))
      let caller = stand.world.spawn { _ = try? await stand.user(1) }
      try await stand.world.sleep(for: .milliseconds(5))
      caller.cancel()
      await caller.wait()
      #expect(try await stand.user(1).name == "2")
    }
  }

  // MARK: Timeouts

  static let timed = [
    "fail-safe: { soft-timeout: 100ms, hard-timeout: 1s, throttle: 1ms }", Stand.local,
    "stampede-guard",
  ]

  @Test func `the hard timeout ends a call that has nothing stale`() throws {
    try stand(10, Self.timed) { stand in
      stand.source.take(.seconds(5))
      let began = stand.world.clock.now
      await #expect(throws: (any Error).self) { try await stand.user(1) }
      #expect(stand.world.clock.now - began == .seconds(1))
      try await stand.world.sleep(for: .seconds(5))
    }
  }

  @Test func `the soft timeout is nothing where there is nothing stale`() throws {
    try stand(11, Self.timed) { stand in
      stand.source.take(.milliseconds(400))
      #expect(try await stand.reply(1).isStale == false)
    }
  }

  @Test func `a load that timed out goes on behind and its value is stored`() throws {
    try stand(12, Self.timed) { stand in
      _ = try await stand.user(1)
      stand.source.publish()
      stand.source.take(.milliseconds(400))
      try await stand.world.sleep(for: .seconds(11))
      #expect(try await stand.user(1).name == "1")
      try await stand.world.sleep(for: .milliseconds(500))
      #expect(stand.users.cached(1)?.name == "2")
      #expect(stand.source.loads == 2)
    }
  }

  @Test func `a load that fails behind harms nobody`() throws {
    try stand(13, Self.timed) { stand in
      _ = try await stand.user(1)
      stand.source.take(.milliseconds(400))
      stand.source.fail()
      try await stand.world.sleep(for: .seconds(11))
      #expect(try await stand.user(1).name == "1")
      try await stand.world.sleep(for: .milliseconds(500))
      #expect(try await stand.user(1).name == "1")
      try await stand.world.sleep(for: .milliseconds(500))
    }
  }

  @Test func `twenty callers in two bursts during one slow load start it once`() throws {
    try stand(14, Self.timed) { stand in
      _ = try await stand.user(1)
      stand.source.publish()
      stand.source.take(.milliseconds(600))
      try await stand.world.sleep(for: .seconds(11))
      for _ in 0..<2 {
        let calls = (0..<10).map { _ in
          stand.world.spawn {
            let name = try? await stand.user(1).name
            #expect(name == "1")
          }
        }
        for call in calls { await call.wait() }
      }
      try await stand.world.sleep(for: .seconds(1))
      #expect(stand.source.loads == 2)
      #expect(stand.users.cached(1)?.name == "2")
    }
  }

  @Test func `a soft timeout and a refresh ahead share one load`() throws {
    let stages = [
      "fail-safe: { soft-timeout: 100ms, throttle: 1ms }", Stand.local,
      "refresh-ahead: { at: 50% }",
      "stampede-guard",
    ]
    try stand(15, stages) { stand in
      _ = try await stand.user(1)
      stand.source.publish()
      stand.source.take(.seconds(6))
      try await stand.world.sleep(for: .seconds(6))
      #expect(try await stand.user(1).name == "1")
      try await stand.world.sleep(for: .seconds(5))
      #expect(try await stand.user(1).name == "1")
      #expect(stand.source.loads == 2)
      try await stand.world.sleep(for: .seconds(3))
      #expect(stand.users.cached(1)?.name == "2")
    }
  }

  // MARK: Durations

  @Test func `a duration of zero stores nothing that is fresh`() throws {
    try stand(20, Self.plain) { stand in
      var options = RequestOptions()
      options.ttl = .zero
      let given = options
      for _ in 0..<3 {
        _ = try await stand.users.value(for: 1, options: given) { _ in
          try await stand.source.user(1)
        }
      }
      #expect(stand.source.loads == 3)
      options.ttl = .seconds(-5)
      try await stand.users.set(2, User(id: 2, name: "past"), options: options)
      #expect(stand.users.cached(2) == nil)
    }
  }

  @Test func `a duration without end never ends`() throws {
    try stand(21, Self.plain) { stand in
      var options = RequestOptions()
      options.ttl = .seconds(Int64.max)
      options.maxStale = .seconds(Int64.max)
      try await stand.users.set(1, User(id: 1, name: "kept"), options: options)
      try await stand.world.sleep(for: .seconds(3_000_000_000))
      #expect(stand.users.cached(1)?.name == "kept")
    }
  }

  // MARK: Values

  @Test func `nil is a value where it is remembered, and asked for again where it is not`() throws {
    for (seed, stages) in [(22, [Stand.local, "negative"]), (23, [Stand.local])]
      as [(UInt64, [String])]
    {
      try stand(seed, stages) { stand in
        let calls = Lock(0)
        for _ in 0..<3 {
          let found = try await stand.users.find(1) { _ in
            calls.withLock { $0 += 1 }
            return nil
          }
          #expect(found == nil)
        }
        #expect(calls.withLock { $0 } == (stages.count == 2 ? 1 : 3))
      }
    }
  }

  @Test func `a loader sets the lifetime, also of one call only`() throws {
    try stand(24, Self.plain) { stand in
      for (id, ttl) in [(1, Duration.seconds(2)), (2, .seconds(100)), (3, nil as Duration?)] {
        _ = try await stand.users.value(for: id) { context in
          context.ttl = ttl
          return User(id: id, name: "")
        }
      }
      #expect(try await stand.users.remaining(1) == .seconds(2))
      #expect(try await stand.users.remaining(2) == .seconds(100))
      #expect(try await stand.users.remaining(3) == .seconds(10))
    }
  }

  @Test func `what a loader sets holds for a load that ends behind, too`() throws {
    try stand(25, Self.timed) { stand in
      _ = try await stand.user(1)
      try await stand.world.sleep(for: .seconds(11))
      _ = try await stand.users.value(for: 1) { context in
        context.ttl = .seconds(100)
        context.tags = ["slow"]
        try await stand.world.sleep(for: .milliseconds(400))
        return User(id: 1, name: "new")
      }
      try await stand.world.sleep(for: .milliseconds(400))
      #expect(try await stand.users.remaining(1) == .milliseconds(99_900))
      #expect(try await stand.users.reply(for: 1).tags == ["slow"])
    }
  }

  @Test func `not modified keeps the value and gives it new time`() throws {
    try stand(26, Self.plain) { stand in
      let offers = Lock<[String?]>([])
      for round in 0..<3 {
        let value = try await stand.users.value(for: 1) { context in
          offers.withLock { $0.append(context.etag) }
          if context.etag == "e1" { try context.notModified() }
          context.etag = "e1"
          return User(id: 1, name: "kept")
        }
        #expect(value.name == "kept", "round \(round)")
        #expect(try await stand.users.remaining(1) == .seconds(10))
        try await stand.world.sleep(for: .seconds(11))
      }
      #expect(offers.withLock { $0 } == [nil, "e1", "e1"])
    }
  }
}
