// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BinaryCodec
import Strata
import StrataTesting
import Testing

@Suite("Rate limiter")
struct RateLimiterTests {
  /// Stores of every kind: objects, bytes, and bytes that several nodes share.
  static func stores(_ world: Simulation) -> [any CacheStore] {
    let slow = ChaosPlan().sometimes(.slow(.milliseconds(3)), rate: 0.3)
    return [
      ReferenceStore(runtime: world.runtime), ReferenceByteStore(runtime: world.runtime),
      ChaosStore(
        ReferenceSharedStore(runtime: world.runtime), runtime: world.runtime, plan: slow),
    ]
  }

  static func limiter(
    _ limit: RateLimit, _ store: any CacheStore, _ world: Simulation,
    onFailure: RateLimiter.Failure = .fail
  ) -> RateLimiter {
    RateLimiter(
      "test", in: store, limit, onFailure: onFailure, format: BinaryCodec(),
      runtime: world.runtime)
  }

  static let limits: [RateLimit] = [
    .fixedWindow(5, per: .seconds(10)), .slidingLog(5, per: .seconds(10)),
    .tokenBucket(5, refill: .seconds(2)),
  ]

  @Test(arguments: limits)
  func `so many pass, the next is told how long to wait, and waiting helps`(
    limit: RateLimit
  ) throws {
    try Simulation(seed: 1).run { world in
      for store in Self.stores(world) {
        let limiter = Self.limiter(limit, store, world)
        for left in (0..<5).reversed() {
          let decision = try await limiter.take("a")
          #expect(decision.isAllowed && decision.remaining == left)
        }
        let refused = try await limiter.take("a")
        let wait = try #require(refused.retryAfter)
        #expect(!refused.isAllowed && wait > .zero && wait <= .seconds(10))
        #expect(try await limiter.take("b").isAllowed)
        try await world.sleep(for: wait)
        #expect(try await limiter.take("a").isAllowed)
        try await limiter.reset("a")
        #expect(try await limiter.take("a", cost: 5).isAllowed)
        #expect(try await limiter.take("a", cost: 6).retryAfter == nil)
        try await limiter.reset("b")
        try await limiter.reset("a")
      }
    }
  }

  @Test(arguments: limits)
  func `many at once on two nodes: never one too many, and none too few`(limit: RateLimit) throws {
    for seed in 0..<UInt64(5) {
      try Simulation(seed: seed).run { world in
        for store in Self.stores(world) {
          // Two nodes have turns of their own and meet only in the store, if it is one for several.
          let isShared = type(of: store).capabilities.contains(.versions)
          let one = Self.limiter(limit, store, world)
          let nodes = isShared ? [one, Self.limiter(limit, store, world)] : [one]
          let allowed = Lock(0)
          let callers = (0..<16).map { caller in
            world.spawn {
              let decision = try? await nodes[caller % nodes.count].take("a")
              if decision?.isAllowed == true { allowed.withLock { $0 += 1 } }
            }
          }
          for caller in callers { await caller.wait() }
          #expect(allowed.withLock { $0 } == 5, "seed \(seed), \(limit), \(type(of: store))")
        }
      }
    }
  }

  @Test func `a sliding log never lets more pass in any stretch, and wastes nothing`() throws {
    for seed in 0..<UInt64(20) {
      try Simulation(seed: seed).run { world in
        let store = ReferenceStore(runtime: world.runtime)
        let limiter = Self.limiter(.slidingLog(4, per: .seconds(1)), store, world)
        let random = SeededRandom(seed: seed)
        var passed: [Timestamp] = []
        for _ in 0..<200 {
          try await world.sleep(for: .milliseconds(Int(random.below(400))))
          let now = world.clock.now
          let recent = passed.filter { $0 > now - .seconds(1) }.count
          let decision = try await limiter.take("a")
          #expect(decision.isAllowed == (recent < 4), "seed \(seed)")
          if decision.isAllowed { passed.append(now) }
        }
      }
    }
  }

  @Test func `a token bucket allows its burst, and then its rate and no more`() throws {
    try Simulation(seed: 3).run { world in
      let store = ReferenceStore(runtime: world.runtime)
      let limiter = Self.limiter(.tokenBucket(10, refill: .milliseconds(100)), store, world)
      var passed = 0
      for _ in 0..<1_000 {
        if try await limiter.take("a").isAllowed { passed += 1 }
        try await world.sleep(for: .milliseconds(10))
      }
      // Ten seconds: the burst and one each tenth of a second.
      #expect((109...110).contains(passed))
    }
  }

  @Test func `where the store fails, it does what it was told to do`() throws {
    try Simulation(seed: 4).run { world in
      let store = ReferenceStore(runtime: world.runtime)
      await store.close()
      let limit = RateLimit.fixedWindow(1, per: .seconds(1))
      let open = Self.limiter(limit, store, world, onFailure: .allow)
      let closed = Self.limiter(limit, store, world, onFailure: .refuse)
      let (passes, stops) = (try await open.take("a"), try await closed.take("a"))
      #expect(passes.isAllowed && !stops.isAllowed)
      await #expect(throws: CacheError.self) {
        try await Self.limiter(limit, store, world).take("a")
      }
    }
  }
}
