// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization

/// When each tag was last invalidated, and when everything was.
///
/// Bounded: beyond `capacity` tags the oldest half is forgotten and its newest tick becomes the
/// *floor*, before which every tagged entry counts as invalid. That can cost reloads of entries
/// that were good, never serve one that is not.
final class TagClock: Sendable {
  private struct State {
    var ticks: [Tag: Timestamp] = [:]
    var floor = Timestamp.distantPast
  }

  private let state = Lock(State())
  private let clearedAt = Atomic<Int64>(0)
  private let capacity: Int

  init(capacity: Int = 65_536) { self.capacity = capacity }

  func invalidate(_ tags: [Tag], at moment: Timestamp) {
    let capacity = capacity
    state.withLock { state in
      for tag in tags { state.ticks[tag] = max(moment, state.ticks[tag] ?? moment) }
      if state.ticks.count > capacity { TagClock.forgetOldestHalf(&state) }
    }
  }

  func clear(at moment: Timestamp) {
    var seen = clearedAt.load(ordering: .relaxed)
    while seen < moment.nanoseconds {
      let (exchanged, now) = clearedAt.compareExchange(
        expected: seen, desired: moment.nanoseconds, ordering: .acquiringAndReleasing)
      if exchanged { return }
      seen = now
    }
  }

  func isInvalidated(createdAt: Timestamp, tags: [Tag]) -> Bool {
    if createdAt.nanoseconds <= clearedAt.load(ordering: .acquiring) { return true }
    if tags.isEmpty { return false }
    return state.withLock { state in
      if createdAt <= state.floor { return true }
      return tags.contains { tag in state.ticks[tag].map { createdAt <= $0 } ?? false }
    }
  }

  private static func forgetOldestHalf(_ state: inout State) {
    let sorted = state.ticks.values.sorted()
    let floor = sorted[sorted.count / 2]
    state.floor = max(state.floor, floor)
    state.ticks = state.ticks.filter { $0.value > floor }
  }
}
