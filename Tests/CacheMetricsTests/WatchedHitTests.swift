// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import AllocationCount
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Hits that are watched")
struct WatchedHitTests {
  static let watched = [
    ["metrics"], ["audit: { hits: true }"], ["tracing"], ["versioned-keys: { first: 7 }"],
    ["hot-keys: { sample: 32, rate: 1000000 }"],
    [
      "versioned-keys: { first: 7 }", "metrics", "audit: { hits: true }", "tracing",
      "hot-keys: { sample: 32, rate: 1000000 }",
    ],
  ]

  private static func plan(_ stages: [String]) -> String {
    let behind = [
      "full-road", "local: { store: memory }", "sliding: { max: 1h }", "stampede-guard",
    ]
    return """
      version: 1
      stores:
        memory: { kind: memory, entries: 1000, policy: lru }
      caches:
        users:
          ttl: 10m
          pipeline:
      \((stages + behind).map { "      - \($0)" }.joined(separator: "\n"))
      """
  }

  @Test(arguments: watched)
  func `a hit under any of them stays on the fast road and allocates nothing`(
    stages: [String]
  ) throws {
    let count = try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Self.plan(stages), world)
      strata.trace(with: SpanCollector(runtime: world.runtime))
      let users: Cache<Int, User> = try strata.cache("users")
      for id in 0..<100 { try await users.set(id, User(id: id, name: "somebody")) }
      let walks = strata.walks(in: "users")
      var hits = 0
      var count = 0
      // The first round lets buffers that are kept find their size.
      for _ in 0..<2 {
        let before = strata_allocation_count()
        for round in 0..<1000 where users.cached(round % 100)?.id == round % 100 { hits += 1 }
        count = Int(strata_allocation_count() - before)
      }
      #expect(hits == 2000)
      #expect(strata.walks(in: "users") == walks)
      if let seen = strata.metrics.first { #expect(seen.count("read", "fast") == 2000) }
      await strata.shutdown()
      return count
    }
    #expect(count == 0)
  }
}
