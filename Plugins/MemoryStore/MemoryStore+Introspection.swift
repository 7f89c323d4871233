// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore
internal import Synchronization

extension MemoryStore {
  /// The options of the store's YAML block.
  public static var options: [any OptionDeclaration] {
    [
      MemorySettings.Option.capacity, MemorySettings.Option.entries, MemorySettings.Option.policy,
      MemorySettings.Option.snapshot, MemorySettings.Option.snapshotInterval,
    ]
  }

  /// The number of entries, expired ones that were not removed yet included.
  public var count: Int { engine.count }

  /// What the entries weigh: their number, or their bytes.
  public var weight: Int { engine.ledger.used.load(ordering: .relaxed) }

  /// The bound on ``weight``.
  public var capacity: Int { engine.ledger.capacity.load(ordering: .relaxed) }

  /// Changes the bound; what no longer fits has left when this returns.
  public func resize(to capacity: Int) {
    engine.resize(capacity: max(1, capacity))
    upkeep.deliverEvents()
  }

  /// Lookups that found an entry, and that did not. Approximate where threads share a counter.
  public var lookups: (hits: Int, misses: Int) { engine.lookups }

  /// How many entries left, by cause.
  public var removals: [RemovalCause: Int] { engine.removals }

  /// Events that listeners were not told of, because too many waited for one that was slow.
  public var lostEvents: Int { engine.sum { $0.lostEvents } }

  /// The part of the memory for nodes that holds no entry, 0 to 1. It is reused, not given back, so
  /// a store that was much fuller once stays fragmented.
  public var fragmentation: Double {
    let reserved = engine.sum { $0.arena.reserved }
    return reserved == 0 ? 0 : 1 - min(1, Double(count) / Double(reserved))
  }

  /// The keys that the policy would keep longest, at most `limit`. O(entries).
  public func hottest(_ limit: Int) -> [CacheKey] { Array(ranking(.max).reversed().prefix(limit)) }

  /// The keys that the policy would give up first, at most `limit`.
  public func coldest(_ limit: Int) -> [CacheKey] { Array(ranking(limit).prefix(limit)) }

  /// The keys that were stored longest ago, at most `limit`. O(entries).
  public func oldest(_ limit: Int) -> [CacheKey] { keys(engine.byAge(), limit) }

  /// The keys that were stored last, at most `limit`. O(entries).
  public func youngest(_ limit: Int) -> [CacheKey] { keys(engine.byAge().reversed(), limit) }

  /// The keys that will expire next, at most `limit`, in order. O(entries).
  public func nextToExpire(_ limit: Int) -> [(key: CacheKey, at: Timestamp)] {
    engine.byEnd().prefix(limit).map { item in
      (CacheKey(bytes: item.key, seed: engine.seed), Timestamp(nanoseconds: item.time))
    }
  }

  /// The shards' rankings, merged in turn: each shard's own order is kept.
  private func ranking(_ limit: Int) -> [CacheKey] {
    let rankings = engine.ranking(limit)
    let longest = rankings.map(\.count).max() ?? 0
    return (0..<longest).flatMap { rank in
      rankings.compactMap { rank < $0.count ? CacheKey(bytes: $0[rank], seed: engine.seed) : nil }
    }
  }

  private func keys(_ items: some Sequence<(key: [UInt8], time: Int64)>, _ limit: Int) -> [CacheKey]
  {
    items.prefix(limit).map { CacheKey(bytes: $0.key, seed: engine.seed) }
  }
}
