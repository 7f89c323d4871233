// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The keys whose source has failed a moment ago and is left alone for now.
///
/// Bounded: at `capacity` the keys that have rested enough are forgotten, and if that is not
/// enough, all are: the source is then asked once more than it should be.
final class RestingKeys: Sendable {
  private let ends = Lock<[CacheKey: Timestamp]>([:])
  private let capacity: Int

  init(capacity: Int = 10_000) { self.capacity = capacity }

  func contains(_ key: CacheKey, at now: Timestamp) -> Bool {
    ends.withLock { ends in
      guard let end = ends[key] else { return false }
      if now < end { return true }
      ends[key] = nil
      return false
    }
  }

  func insert(_ key: CacheKey, until end: Timestamp, now: Timestamp) {
    let capacity = capacity
    ends.withLock { ends in
      if ends.count >= capacity { ends = ends.filter { now < $0.value } }
      if ends.count >= capacity { ends = [:] }
      ends[key] = end
    }
  }

  func remove(_ key: CacheKey) { ends.withLock { $0[key] = nil } }
}
