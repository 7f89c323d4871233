// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Runs a trace through one policy at one capacity, and counts the hits.
///
/// The cache it plays holds keys only, all of one weight, in a single shard; a miss is followed at
/// once by a write. A real store batches its reads and may be sharded, which moves its ratio by a
/// few tenths of a point at most.
public struct CacheSimulation {
  /// The number of entries that fit.
  public let capacity: Int
  private let makePolicy: () -> any EvictionPolicy
  private let seed: UInt64
  private let weight: UInt32

  /// Creates a simulation of a policy by its name, or returns `nil` when there is none of that
  /// name.
  ///
  /// `seed` drives both the hashes of the keys and the policy's own draws. With a `weight` other
  /// than 1 the policy is not told how many entries there will be, as in a store bounded by bytes.
  public init?(
    capacity: Int, policy: String, seed: UInt64, weight: UInt32 = 1,
    catalog: PolicyCatalog = .builtIn
  ) {
    let bound = max(1, capacity) * Int(weight)
    let request = PolicyCatalog.Request(
      capacity: bound, entries: weight == 1 ? bound : 1, seed: seed)
    guard let first = catalog.make(policy, request)?.first else { return nil }
    self.capacity = max(1, capacity)
    self.seed = seed
    self.weight = weight
    makePolicy = { catalog.make(policy, request)?.first ?? first }
  }

  /// The share of accesses that hit, 0 to 1.
  public func hitRatio(of trace: AccessTrace) -> Double {
    guard !trace.accesses.isEmpty else { return 0 }
    return Double(hits(of: trace)) / Double(trace.accesses.count)
  }

  /// The number of accesses that hit.
  public func hits(of trace: AccessTrace) -> Int {
    let policy = makePolicy()
    let salt = SplitMix.mix(seed &+ 0x5EED)
    policy.reserve(nodes: capacity + 1)
    var nodes = [NodeIndex](repeating: NodeLinks.none, count: trace.keyCount)
    var keys = [UInt32](repeating: 0, count: capacity + 1)
    var free = [NodeIndex]((0...UInt32(capacity)).reversed())
    var hits = 0
    for key in trace.accesses {
      if nodes[Int(key)] != NodeLinks.none {
        hits += 1
        policy.access(nodes[Int(key)])
        continue
      }
      guard let node = free.popLast() else { continue }
      nodes[Int(key)] = node
      keys[Int(node)] = key
      policy.insert(node, traits(of: key, salt))
      if free.isEmpty {
        let victim = policy.evict() ?? node
        if victim == node { policy.remove(node) }
        nodes[Int(keys[Int(victim)])] = NodeLinks.none
        free.append(victim)
      }
    }
    return hits
  }

  private func traits(of key: UInt32, _ salt: UInt64) -> EntryTraits {
    EntryTraits(hash: SplitMix.mix(UInt64(key) ^ salt), weight: weight)
  }
}
