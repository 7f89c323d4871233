// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How an engine is laid out.
struct EnginePlan {
  /// What a policy is laid out for at first: where nobody knows how many entries there will be, and
  /// where they may become a great many.
  private static let firstGuess = 1024
  private static let mostAtFirst = 1 << 20

  /// The bound, in weight.
  var capacity: Int
  /// About how many entries that will be.
  var expectedEntries: Int
  /// Whether that is only a guess, because entries weigh what they weigh.
  private let isGuess: Bool
  /// The number of shards, a power of two.
  var shards: Int
  /// The number of read buffers per shard, a power of two.
  var stripes: Int
  private let makeAll: (PolicyCatalog.Request) -> [any EvictionPolicy]

  /// Lays out an engine: one shard per 4,096 expected entries, at most `mostShards`.
  ///
  /// Small stores get one shard, because a policy that sees a part of the keys judges worse.
  init(
    capacity: Int, expectedEntries: Int, isGuess: Bool = false, mostShards: Int = 16,
    policies: @escaping (PolicyCatalog.Request) -> [any EvictionPolicy]
  ) {
    self.capacity = capacity
    self.expectedEntries = max(1, expectedEntries)
    self.isGuess = isGuess
    var shards = 1
    while shards < mostShards, expectedEntries / (shards * 2) >= 4096 { shards *= 2 }
    self.shards = shards
    stripes = 4
    makeAll = policies
  }

  func makePolicies(seed: UInt64) -> [any EvictionPolicy] {
    let capacity = max(1, capacity / shards)
    let entries = min(capacity, isGuess ? Self.firstGuess : Self.mostAtFirst)
    return makeAll(
      PolicyCatalog.Request(capacity: capacity, entries: entries, shards: shards, seed: seed))
  }
}
