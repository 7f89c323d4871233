// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The keys for which a piece of work runs, so that there is one for each.
///
/// Bounded: beyond `capacity` keys none is claimed, and the work is left to whoever comes later.
public final class KeyClaims: Sendable {
  private let keys = Lock<Set<CacheKey>>([])
  private let capacity: Int

  /// Creates claims for at most `capacity` keys at a time.
  public init(capacity: Int = 10_000) { self.capacity = capacity }

  /// Claims `key`; `false` while somebody has it, or where too many are claimed.
  public func claim(_ key: CacheKey) -> Bool {
    keys.withLock { $0.count < capacity && $0.insert(key).inserted }
  }

  /// Gives `key` back.
  public func release(_ key: CacheKey) { keys.withLock { _ = $0.remove(key) } }

  /// How many keys are claimed.
  public var count: Int { keys.withLock { $0.count } }
}
