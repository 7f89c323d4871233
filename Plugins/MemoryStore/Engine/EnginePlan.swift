// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How an engine is laid out.
struct EnginePlan {
  /// The bound, in weight.
  var capacity: Int
  /// About how many entries that will be.
  var expectedEntries: Int
  /// The number of shards, a power of two.
  var shards: Int
  /// The number of read buffers per shard, a power of two.
  var stripes: Int
  private let makeAll: (PolicyCatalog.Request) -> [any EvictionPolicy]

  /// Lays out an engine: one shard per 4,096 expected entries, at most `mostShards`.
  ///
  /// Small stores get one shard, because a policy that sees a part of the keys judges worse.
  init(
    capacity: Int, expectedEntries: Int, mostShards: Int = 16,
    policies: @escaping (PolicyCatalog.Request) -> [any EvictionPolicy]
  ) {
    self.capacity = capacity
    self.expectedEntries = max(1, expectedEntries)
    var shards = 1
    while shards < mostShards, expectedEntries / (shards * 2) >= 4096 { shards *= 2 }
    self.shards = shards
    stripes = 4
    makeAll = policies
  }

  func makePolicies(seed: UInt64) -> [any EvictionPolicy] {
    makeAll(
      PolicyCatalog.Request(
        capacity: max(1, capacity / shards), entries: max(1, expectedEntries / shards),
        shards: shards, seed: seed))
  }
}
