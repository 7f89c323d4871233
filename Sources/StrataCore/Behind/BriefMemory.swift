// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Something about keys that is worth knowing for a short while, each until a moment of its own:
/// that a key rests after a failure, or what it failed with.
///
/// Bounded: where more than `capacity` keys would be remembered at once, all are forgotten. The
/// source is asked once more for each of them then, which it can take better than this map could
/// take their number.
public final class BriefMemory<Value: Sendable>: Sendable {
  private let known = Lock<[CacheKey: (value: Value, end: Timestamp)]>([:])
  private let capacity: Int

  /// Creates an empty memory of at most `capacity` keys.
  public init(capacity: Int = 10_000) { self.capacity = capacity }

  /// What is remembered of `key` at this moment.
  public func value(for key: CacheKey, at now: Timestamp) -> Value? {
    known.withLock { known in
      guard let found = known[key] else { return nil }
      if now < found.end { return found.value }
      known[key] = nil
      return nil
    }
  }

  /// Remembers `value` of `key` until `end`.
  public func remember(_ value: Value, of key: CacheKey, until end: Timestamp, now: Timestamp) {
    known.withLock { known in
      if known.count >= capacity { known = known.filter { now < $0.value.end } }
      if known.count >= capacity { known = [:] }
      known[key] = (value, end)
    }
  }

  /// Forgets `key`.
  public func forget(_ key: CacheKey) { known.withLock { $0[key] = nil } }

  /// Forgets all keys.
  public func forgetAll() { known.withLock { $0 = [:] } }
}

/// The keys that are left alone for a while.
public typealias RestingKeys = BriefMemory<Void>

extension BriefMemory where Value == Void {
  /// Whether `key` still rests.
  public func contains(_ key: CacheKey, at now: Timestamp) -> Bool {
    value(for: key, at: now) != nil
  }

  /// Lets `key` rest until `end`.
  public func insert(_ key: CacheKey, until end: Timestamp, now: Timestamp) {
    remember((), of: key, until: end, now: now)
  }
}
