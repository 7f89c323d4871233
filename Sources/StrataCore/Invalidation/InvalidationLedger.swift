// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import Synchronization

/// What one cache knows about invalidations: leases, tag clock, epoch and the ticks that order
/// them.
///
/// The ledger outlives a reload of the plan, as the entries do. It closes the hole that a load in
/// flight makes: whatever was read or loaded before an invalidation cannot be stored after it.
///
/// - A **tick** is a timestamp that is never given out twice. A load ticks before it begins, an
///   invalidation ticks when it happens, so the two are always ordered.
/// - A **lease** is the right to store what is being read or loaded. Invalidating its key revokes
///   it.
/// - The **tag clock** holds one tick per invalidated tag and one for the last clear.
/// - The **epoch** moves whenever entries must be looked at again: the fast road trusts an entry
///   only in the epoch in which it was last checked.
public final class InvalidationLedger: Sendable {
  /// The clock behind the ticks.
  public let clock: any CacheClock
  private let lastTick = Atomic<Int64>(0)
  @usableFromInline let currentEpoch = Atomic<UInt64>(1)
  private let shards: [LeaseShard]
  let tagClock = TagClock()

  /// Ticks are multiples of this, so that ``Version`` can hold one in 56 bits until the year 2554.
  static let step: Int64 = 256

  /// Creates a ledger.
  public init(clock: any CacheClock) {
    self.clock = clock
    shards = (0..<16).map { _ in LeaseShard() }
  }

  /// A moment that is after every earlier tick.
  public func tick() -> Timestamp {
    let now = clock.now.nanoseconds & ~(Self.step - 1)
    var last = lastTick.load(ordering: .relaxed)
    while true {
      let next = max(now, last + Self.step)
      let (exchanged, seen) = lastTick.compareExchange(
        expected: last, desired: next, ordering: .acquiringAndReleasing)
      if exchanged { return Timestamp(nanoseconds: next) }
      last = seen
    }
  }

  /// The version of a write that happened at `tick` in this process.
  public func version(at tick: Timestamp) -> Version {
    Version(issuer: 0, number: UInt64(max(0, tick.nanoseconds / Self.step)))
  }

  // MARK: Epoch

  /// The epoch: entries checked in an earlier one must be checked again.
  @inlinable public var epoch: UInt64 { currentEpoch.load(ordering: .acquiring) }

  /// Makes every entry of the cache be checked again on its next hit. O(1).
  public func distrust() { currentEpoch.add(1, ordering: .acquiringAndReleasing) }

  // MARK: Leases

  /// Takes the right to store what is read or loaded for `key` from now on.
  public func lease(_ key: CacheKey) -> Lease {
    let generation = shard(key.hash).begin(key.hash)
    return Lease(ledger: self, hash: key.hash, generation: generation, createdAt: tick())
  }

  /// Revokes every lease on `key` that was taken before.
  public func revoke(_ key: CacheKey) { shard(key.hash).revoke(key.hash) }

  /// Revokes every lease that was taken before, whatever its key. O(keys that are being loaded).
  public func revokeAll() { for shard in shards { shard.revokeAll() } }

  /// How many leases are held: 0 when nothing is being read or loaded.
  public var heldLeases: Int { shards.reduce(0) { $0 + $1.held } }

  func shard(_ hash: UInt64) -> LeaseShard { shards[Int(hash >> 60)] }

  // MARK: Tags and clear

  /// Invalidates everything created under `tags` until now. O(tags), whatever was stored.
  @discardableResult public func invalidate(_ tags: [Tag]) -> Timestamp {
    let moment = tick()
    tagClock.invalidate(tags, at: moment)
    distrust()
    return moment
  }

  /// Invalidates everything created until now. O(1).
  @discardableResult public func clear() -> Timestamp {
    let moment = tick()
    tagClock.clear(at: moment)
    distrust()
    return moment
  }

  /// Whether something created at `createdAt` under `tags` has been invalidated since.
  public func isInvalidated(createdAt: Timestamp, tags: [Tag]) -> Bool {
    tagClock.isInvalidated(createdAt: createdAt, tags: tags)
  }

  /// Whether `entry` has been invalidated by tag or clear since it was created.
  public func isInvalidated(_ entry: Entry) -> Bool {
    tagClock.isInvalidated(createdAt: entry.createdAt, tags: entry.tags)
  }
}

/// One slice of the lease table: how many leases a key has, and how often it was revoked meanwhile.
///
/// A key is in the table only while somebody holds a lease on it. Keys are known by their hash: two
/// keys with one hash would revoke each other's leases, which costs a store and harms nobody.
final class LeaseShard: Sendable {
  private struct Held {
    var count: Int
    var generation: UInt64
  }

  private let table = Lock([UInt64: Held]())

  var held: Int { table.withLock { $0.values.reduce(0) { $0 + $1.count } } }

  func begin(_ hash: UInt64) -> UInt64 {
    table.withLock { table in
      table[hash, default: Held(count: 0, generation: 0)].count += 1
      return table[hash]?.generation ?? 0
    }
  }

  func end(_ hash: UInt64) {
    table.withLock { table in
      guard let held = table[hash] else { return }
      if held.count > 1 { table[hash]?.count -= 1 } else { table[hash] = nil }
    }
  }

  func revoke(_ hash: UInt64) {
    table.withLock { table in
      if table[hash] != nil { table[hash]?.generation += 1 }
    }
  }

  func revokeAll() {
    table.withLock { table in
      for hash in table.keys { table[hash]?.generation += 1 }
    }
  }

  func isCurrent(_ hash: UInt64, _ generation: UInt64) -> Bool {
    table.withLock { $0[hash]?.generation == generation }
  }
}
