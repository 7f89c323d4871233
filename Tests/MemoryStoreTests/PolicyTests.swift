// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import MemoryStore
import Testing

@Suite("Eviction policies")
struct PolicyTests {
  func ratio(
    _ policy: String, _ capacity: Int, _ keys: [UInt64], seed: UInt64 = 1, weight: UInt32 = 1
  ) throws -> Double {
    let simulation = try #require(
      CacheSimulation(capacity: capacity, policy: policy, seed: seed, weight: weight))
    return simulation.hitRatio(of: AccessTrace(name: "", keys: keys))
  }

  @Test func `no policy beats the optimum, and the textbook order of them holds`() throws {
    var generator = WorkloadGenerator(seed: 3)
    let keys = generator.zipf(keys: 5_000, exponent: 0.9, count: 60_000)
    let optimum = BeladyOptimum(capacity: 300, mayDecline: true).hitRatio(
      of: AccessTrace(name: "", keys: keys))
    for policy in PolicyCatalog.builtIn.names where policy != "none" && policy != "ttl" {
      #expect(try ratio(policy, 300, keys) < optimum, "\(policy)")
    }
    #expect(try ratio("lru", 300, keys) > ratio("fifo", 300, keys))
    #expect(try ratio("sieve", 300, keys) > ratio("lru", 300, keys))
    #expect(try ratio("adaptive", 300, keys) > ratio("lru", 300, keys) + 0.05)
  }

  /// A bound in bytes does not say how many entries there will be.
  @Test func `a policy judges as well where entries weigh a kilobyte`() throws {
    var generator = WorkloadGenerator(seed: 4)
    let recent = generator.recent(meanDistance: 600, newShare: 0.3, count: 60_000)
    let loop = generator.loop(keys: 1_500, count: 60_000, first: 1 << 40)
    for policy in ["adaptive", "w-tinylfu", "s3-fifo", "arc", "lru"] {
      for keys in [recent + loop, loop + recent] {
        let counted = try ratio(policy, 1_000, keys)
        let weighed = try ratio(policy, 1_000, keys, weight: 1_024)
        #expect(abs(counted - weighed) < 0.02, "\(policy): \(counted), \(weighed)")
      }
    }
  }

  /// Laid out for as many entries as it has bytes, it would take terabytes.
  @Test(arguments: PolicyCatalog.builtIn.names)
  func `a large bound costs nothing before it is used`(policy: String) throws {
    let rig = Rig(.bytes(1 << 42), policy: policy)
    for number in 0..<10_000 { rig.put("\(number)", number) }
    #expect(rig.store.count == 10_000)
  }

  @Test func `adaptive keeps most of a loop that is larger than the cache`() throws {
    let loop = WorkloadGenerator(seed: 1).loop(keys: 1_000, count: 100_000)
    #expect(try ratio("lru", 500, loop) == 0)
    #expect(try ratio("adaptive", 500, loop) > 0.47)
  }

  @Test func `adaptive is as good as lru where only recency counts`() throws {
    var generator = WorkloadGenerator(seed: 2)
    let keys = generator.bursts(keysAtOnce: 400, length: 2_000, count: 100_000)
    #expect(try ratio("adaptive", 1_000, keys) > ratio("lru", 1_000, keys) - 0.02)
  }

  @Test(arguments: [1, 2])
  func `adaptive is near the best of all others, and ahead where the workload changes`(
    seed: UInt64
  ) throws {
    var generator = WorkloadGenerator(seed: seed)
    let half = 40_000
    let recent = generator.recent(meanDistance: 600, newShare: 0.3, count: half)
    let loop = generator.loop(keys: 1_500, count: half, first: 1 << 40)
    let zipf = generator.zipf(keys: 20_000, exponent: 0.9, count: half, first: 2 << 40)
    let scan = generator.scan(count: half, first: 3 << 40)
    let workloads = [
      zipf, recent, loop, recent + loop, zipf + recent,
      generator.mix(zipf, with: scan, share: 0.3), generator.mix(recent, with: loop, share: 0.5),
    ]
    let others = ["lru", "lfu", "arc", "sieve", "s3-fifo", "w-tinylfu"]
    for (index, keys) in workloads.enumerated() {
      let best = try others.map { try ratio($0, 1_000, keys, seed: seed) }.max() ?? 0
      let own = try ratio("adaptive", 1_000, keys, seed: seed)
      #expect(own > best - 0.04, "workload \(index), seed \(seed)")
      if index == 3 { #expect(own > best + 0.03, "seed \(seed)") }
    }
  }

  @Test func `a policy from outside decides like any other`() throws {
    var catalog = PolicyCatalog()
    catalog.register("newest-first") { _ in NewestFirst() }
    let simulation = try #require(
      CacheSimulation(capacity: 10, policy: "newest-first", seed: 1, catalog: catalog))
    let loop = WorkloadGenerator(seed: 1).loop(keys: 20, count: 200)
    #expect(simulation.hitRatio(of: AccessTrace(name: "", keys: loop)) > 0.4)
  }
}

/// Gives up what came last: the smallest policy one can write, out of public parts only.
final class NewestFirst: EvictionPolicy {
  private var nodes: [NodeIndex] = []
  func reserve(nodes: Int) {}
  func resize(capacity: Int) {}
  func insert(_ node: NodeIndex, _ traits: EntryTraits) { nodes.append(node) }
  func access(_ node: NodeIndex) {}
  func remove(_ node: NodeIndex) { nodes.removeAll { $0 == node } }
  func evict() -> NodeIndex? { nodes.popLast() }
  func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    for node in nodes.reversed() where !body(node) { return }
  }
}
