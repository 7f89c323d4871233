// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// How often each key was written of late.
///
/// Bounded: at `capacity` keys those whose time is over are forgotten, and if that is not enough,
/// all are; a key may then be written more often than it should, and none is refused wrongly.
final class WriteRates: Sendable {
  private struct Count {
    var began: Timestamp
    var writes: Int
  }

  private let counts = Lock<[CacheKey: Count]>([:])
  private let most: Int
  private let per: Duration
  private let capacity: Int

  init(most: Int, per: Duration, capacity: Int = 10_000) {
    self.most = most
    self.per = per
    self.capacity = capacity
  }

  /// Counts a write, and says whether it may be carried out.
  func admits(_ key: CacheKey, at now: Timestamp) -> Bool {
    let (most, per, capacity) = (most, per, capacity)
    return counts.withLock { counts in
      if let known = counts[key], now < known.began + per {
        counts[key]?.writes += 1
        return known.writes < most
      }
      if counts.count >= capacity { counts = counts.filter { now < $0.value.began + per } }
      if counts.count >= capacity { counts = [:] }
      counts[key] = Count(began: now, writes: 1)
      return true
    }
  }
}
