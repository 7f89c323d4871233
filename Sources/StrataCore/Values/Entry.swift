// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A cached value with its times.
///
/// All four times are set when the entry is made and mean the same in every tier; a tier with a TTL
/// of its own keeps a copy with earlier ones.
public struct Entry: Sendable {
  /// The value; `nil` where the source said that there is none (see ``isNotFound``).
  public var payload: Payload?
  /// The bytes of `payload`, where some tier made or read them already: encoded at most once.
  public var encoded: EncodedPayload?
  /// Taken *before* the load began, so that an invalidation during the load is newer than it.
  public var createdAt: Timestamp
  /// The first moment at which any stage wants to see a hit on this entry; at latest `freshUntil`.
  public var attentionAt: Timestamp
  /// The logical expiry: from here on the entry is stale.
  public var freshUntil: Timestamp
  /// The end: from here on nobody may use the entry. Stores keep it until then.
  public var usableUntil: Timestamp
  /// The place in the order of writes to the key.
  public var version: Version
  /// Tags and validators, where there are any.
  public var details: EntryDetails?
  /// How long the load took, in microseconds (saturating at 71 minutes).
  public var cost: UInt32
  /// The size in bytes as the loader stated it or as it was encoded; 0 where it is not known.
  public var size: UInt32

  /// Creates an entry.
  public init(
    payload: Payload?, createdAt: Timestamp, freshUntil: Timestamp, usableUntil: Timestamp,
    version: Version = .none, details: EntryDetails? = nil, cost: UInt32 = 0, size: UInt32 = 0
  ) {
    self.payload = payload
    self.createdAt = createdAt
    self.attentionAt = freshUntil
    self.freshUntil = freshUntil
    self.usableUntil = max(freshUntil, usableUntil)
    self.version = version
    self.details = details
    self.cost = cost
    self.size = size
  }

  /// Whether the source said that there is no value.
  public var isNotFound: Bool { payload == nil }

  /// The tags; empty for most entries.
  public var tags: [Tag] { details?.tags ?? [] }

  /// Whether the entry is fresh at `now`.
  @inlinable public func isFresh(at now: Timestamp) -> Bool { now < freshUntil }

  /// Whether the entry may still be used at `now`, fresh or stale.
  @inlinable public func isUsable(at now: Timestamp) -> Bool { now < usableUntil }

  /// The entry with its lifetimes cut to at most `ttl` fresh and `ttl + maxStale` usable from now
  /// on.
  public func limited(to ttl: Duration?, maxStale: Duration?, at now: Timestamp) -> Entry {
    var entry = self
    if let ttl { entry.freshUntil = min(freshUntil, now + ttl) }
    if let maxStale { entry.usableUntil = min(usableUntil, entry.freshUntil + maxStale) }
    entry.usableUntil = max(entry.usableUntil, entry.freshUntil)
    entry.attentionAt = min(attentionAt, entry.freshUntil)
    return entry
  }

  /// Moves all times so that the entry ends at `end`: from the clock of the node that made it to
  /// this one's.
  mutating func move(toEndAt end: Timestamp) {
    if usableUntil == .distantFuture { return }
    let shift = end.nanoseconds &- usableUntil.nanoseconds
    createdAt = createdAt.advanced(byNanoseconds: shift)
    freshUntil = freshUntil.advanced(byNanoseconds: shift)
    attentionAt = attentionAt.advanced(byNanoseconds: shift)
    usableUntil = end
  }

  /// The entry as logically expired at `now`: stale from now on, usable as long as before.
  public func expired(at now: Timestamp) -> Entry {
    var entry = self
    entry.freshUntil = min(freshUntil, now)
    entry.attentionAt = .distantPast
    return entry
  }

  /// Whether the entry was made stale on purpose, by ``expired(at:)``: whoever reads it next should
  /// have a newer one. Tiers that keep bytes forget it.
  public var isExpiredOnPurpose: Bool { attentionAt == .distantPast }
}
