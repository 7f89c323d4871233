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
/// - **Doubt** is what a node has that may have missed an invalidation: what was checked before is
///   stale from then on, until a tier further in or the loader confirms it.
public final class InvalidationLedger: Sendable {
  /// The clock behind the ticks.
  public let clock: any CacheClock
  /// A number that no other ledger has: versions of issuer 0 mean something under it only.
  public let identity: UInt64
  private let lastTick = Atomic<Int64>(0)
  @usableFromInline let currentEpoch = Atomic<UInt64>(1)
  private let shards: [LeaseShard]
  private let doubtedAt = Atomic<Int64>(0)
  private let doubtedIn = Atomic<UInt64>(0)
  /// Held while a moment is drawn and noted and the epoch moved, so that all three agree.
  private let order = Lock<Void>(())
  private let debts = Lock<[String: Arrears]>([:])
  let tagClock = TagClock()

  /// Ticks are multiples of this, so that ``Version`` can hold one in 56 bits until the year 2554.
  static let step: Int64 = 256

  /// Creates a ledger.
  public init(clock: any CacheClock, identity: UInt64 = 0) {
    self.clock = clock
    self.identity = identity
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
  public func distrust() { order.withLock { _ in _ = nextEpoch() } }

  /// Makes everything that was checked or begun before now stale in this process: this node may
  /// have missed that it changed. O(1).
  public func doubt() {
    order.withLock { _ in
      doubtedAt.store(tick().nanoseconds, ordering: .releasing)
      doubtedIn.store(epoch + 1, ordering: .releasing)
      _ = nextEpoch()
    }
  }

  private func nextEpoch() -> UInt64 {
    currentEpoch.add(1, ordering: .acquiringAndReleasing).newValue
  }

  /// Whether what was checked in this epoch has been in doubt since.
  func isDoubted(checkedIn epoch: UInt64) -> Bool { epoch < doubtedIn.load(ordering: .acquiring) }

  /// Whether what was begun at this tick has been in doubt since.
  func isDoubted(createdAt: Timestamp) -> Bool {
    createdAt.nanoseconds <= doubtedAt.load(ordering: .acquiring)
  }

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
    order.withLock { _ in
      let moment = tick()
      tagClock.invalidate(tags, at: moment, epoch: epoch + 1)
      _ = nextEpoch()
      return moment
    }
  }

  /// Invalidates everything created until now. O(1).
  @discardableResult public func clear() -> Timestamp {
    order.withLock { _ in
      let moment = tick()
      tagClock.clear(at: moment, epoch: epoch + 1)
      _ = nextEpoch()
      return moment
    }
  }

  /// Whether something created at `createdAt` under `tags` has been invalidated since.
  public func isInvalidated(createdAt: Timestamp, tags: [Tag]) -> Bool {
    tagClock.isInvalidated(createdAt: createdAt, tags: tags)
  }

  /// Whether `entry` has been invalidated by tag or clear since it was created.
  public func isInvalidated(_ entry: Entry) -> Bool {
    tagClock.isInvalidated(createdAt: entry.createdAt, tags: entry.tags)
  }

  /// Whether a held entry has been invalidated by tag or clear since it was found.
  public func isInvalidated(_ held: HeldEntry) -> Bool {
    guard let epoch = held.checkedIn else { return isInvalidated(held.entry) }
    return isInvalidated(held.entry, checkedIn: epoch)
  }

  /// Whether a local entry has been invalidated by tag or clear since it was checked.
  func isInvalidated(_ entry: Entry, checkedIn epoch: UInt64) -> Bool {
    tagClock.isInvalidated(checkedIn: epoch, tags: entry.tags)
  }

  // MARK: What is owed

  /// What the tier called `name` owes its store.
  func arrears(of name: String) -> Arrears {
    debts.withLock { debts in
      if let known = debts[name] { return known }
      let new = Arrears()
      debts[name] = new
      return new
    }
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
