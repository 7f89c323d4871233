// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import AllocationCount
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Allocations of a hit")
struct AllocationTests {
  /// The usual stages behind the tier, as many as are asked for.
  ///
  /// Not under the adaptive policy: without optimization its loops over ranges allocate when the
  /// reads are told to it. The benchmark `pipeline/hit` counts with it, optimized.
  static let behind = ["fail-safe", "refresh-ahead", "stampede-guard", "ttl-jitter", "negative"]

  static func plan(stages: Int) -> String {
    let pipeline = (["local: { store: memory }"] + behind).prefix(stages)
    return """
      version: 1
      stores:
        memory: { kind: memory, entries: 1000, policy: lru }
      caches:
        users:
          key: "user:{id}"
          ttl: 10m
          pipeline:
      \(pipeline.map { "      - \($0)" }.joined(separator: "\n"))
      """
  }

  /// What the calling thread allocates during `body`; nothing in it may suspend.
  static func allocations(_ body: () -> Void) -> Int {
    let before = strata_allocation_count()
    body()
    return Int(strata_allocation_count() - before)
  }

  @Test func `the counter counts`() throws {
    try #require(strata_counts_allocations() || Self.isSanitized)
    var kept: [[Int]] = []
    kept.reserveCapacity(10)
    let count = Self.allocations { for size in 1...10 { kept.append(Array(0..<size)) } }
    #expect(count >= 10 || Self.isSanitized)
    #expect(kept.count == 10)
  }

  @Test(arguments: [1, 3, 6]) func `a fresh hit allocates nothing`(stages: Int) throws {
    let count = try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Self.plan(stages: stages), world)
      let users: Cache<Int, User> = try strata.cache("users")
      for id in 0..<100 { try await users.set(id, User(id: id, name: "somebody")) }
      // The first round lets buffers that are kept find their size.
      var hits = 0
      var count = 0
      for _ in 0..<2 {
        count = Self.allocations {
          for round in 0..<1000 where users.cached(round % 100)?.id == round % 100 { hits += 1 }
        }
      }
      #expect(hits == 2000)
      await strata.shutdown()
      return count
    }
    #expect(count == 0)
  }

  static var isSanitized: Bool { !strata_counts_allocations() }
}
