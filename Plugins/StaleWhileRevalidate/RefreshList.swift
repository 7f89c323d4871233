// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Which keys are being refreshed, and which could not be a moment ago.
///
/// Bounded: beyond `capacity` keys no refresh is begun, and the stale value is served without one.
final class RefreshList: Sendable {
  private struct State {
    var running: Set<CacheKey> = []
    var restingUntil: [CacheKey: Timestamp] = [:]
  }

  private let state = Lock(State())
  private let capacity: Int

  init(capacity: Int = 10_000) { self.capacity = capacity }

  /// Claims the refresh of `key`; `false` while it runs or rests, or where there are too many.
  func begin(_ key: CacheKey, now: Timestamp) -> Bool {
    let capacity = capacity
    return state.withLock { state in
      if let rest = state.restingUntil[key], now < rest { return false }
      guard state.running.count < capacity else { return false }
      return state.running.insert(key).inserted
    }
  }

  /// Ends the refresh of `key`; after a failure it rests until `rest`.
  func end(_ key: CacheKey, restUntil rest: Timestamp?, now: Timestamp) {
    let capacity = capacity
    state.withLock { state in
      state.running.remove(key)
      state.restingUntil[key] = rest
      guard state.restingUntil.count > capacity else { return }
      state.restingUntil = state.restingUntil.filter { now < $0.value }
      if state.restingUntil.count > capacity { state.restingUntil = [:] }
    }
  }
}
