// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Which keys are being refreshed, and which have failed to be a moment ago.
///
/// Bounded: beyond `capacity` keys no refresh is begun; the entry is loaded when it expires
/// instead.
final class RefreshTable: Sendable {
  private struct State {
    var running: Set<CacheKey> = []
    var failedUntil: [CacheKey: Timestamp] = [:]
  }

  private let state = Lock(State())
  private let capacity: Int

  init(capacity: Int = 10_000) { self.capacity = capacity }

  /// Claims the refresh of `key`; `false` while it runs, rests after a failure, or there are too
  /// many.
  func begin(_ key: CacheKey, now: Timestamp) -> Bool {
    let capacity = capacity
    return state.withLock { state in
      if let rest = state.failedUntil[key], now < rest { return false }
      guard state.running.count < capacity else { return false }
      return state.running.insert(key).inserted
    }
  }

  /// Ends the refresh of `key`; after a failure it rests until `rest`.
  func end(_ key: CacheKey, restUntil rest: Timestamp?, now: Timestamp) {
    let capacity = capacity
    state.withLock { state in
      state.running.remove(key)
      state.failedUntil[key] = rest
      if state.failedUntil.count > capacity {
        state.failedUntil = state.failedUntil.filter { now < $0.value }
      }
    }
  }

  /// How many refreshes run.
  var count: Int { state.withLock { $0.running.count } }
}
