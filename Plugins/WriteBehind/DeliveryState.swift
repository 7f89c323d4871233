// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What is known about the writes of one queue; kept while the plan is reloaded, so that two stages
/// which know the same queue never deliver at once.
final class DeliveryState: Sendable {
  struct Counts: Sendable {
    var delivered: UInt64 = 0
    var superseded: UInt64 = 0
    var buried: UInt64 = 0
    var failedAttempts: UInt64 = 0
  }

  struct Known: Sendable {
    var isLoaded = false
    /// The number of the newest write that waits, for each key that has one.
    var latest: [CacheKey: UInt64] = [:]
    /// When the oldest write that waits was taken.
    var oldest: Timestamp?
    /// Failures since the last success.
    var failures = 0
    var retryAt = Timestamp.distantPast
    var counts = Counts()
  }

  let known = Lock(Known())
  /// One change of a key after the other.
  let turns = KeyTurns()
  /// One delivery after the other.
  let lane = KeyTurns()
  static let laneKey = CacheKey(bytes: [], seed: 0)
  /// Rings when there may be something to deliver.
  let work = Bell()
  /// Rings when there may be room.
  let room = Bell()

  /// Notes writes that wait from now on.
  func add(_ keys: some Sequence<CacheKey>, _ sequences: [UInt64], at now: Timestamp) {
    known.withLock { known in
      for (key, sequence) in zip(keys, sequences) {
        known.latest[key] = max(known.latest[key] ?? 0, sequence)
      }
      known.oldest = known.oldest ?? now
    }
    work.ring()
  }

  /// Notes that a key's writes up to `sequence` wait no more.
  func end(_ key: CacheKey, through sequence: UInt64) {
    known.withLock { known in
      if let latest = known.latest[key], latest <= sequence { known.latest[key] = nil }
    }
  }
}

/// The states of a cache's queues: one object of the cache's that outlives a reload.
final class DeliveryStates: Sendable {
  private let states = Lock<[ObjectIdentifier: DeliveryState]>([:])

  func state(of queue: any WriteQueue) -> DeliveryState {
    states.withLock { states in
      if let known = states[ObjectIdentifier(queue)] { return known }
      let made = DeliveryState()
      states[ObjectIdentifier(queue)] = made
      return made
    }
  }
}
