// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization

/// When each tag was last invalidated, and when everything was: by tick and by epoch.
///
/// The tick is compared with what bears a tick of this process, such as a lease. The epoch is
/// compared with the epoch in which a local entry was last checked: an entry may have come from
/// another node, whose clock says nothing here.
///
/// Bounded: beyond `capacity` tags the oldest half is forgotten and its newest moment becomes the
/// *floor*, before which every tagged entry counts as invalid. That can cost reloads of entries
/// that were good, never serve one that is not.
final class TagClock: Sendable {
  private struct Moment {
    var tick: Timestamp
    var epoch: UInt64
  }

  private struct State {
    var moments: [Tag: Moment] = [:]
    var floor = Moment(tick: .distantPast, epoch: 0)
  }

  private let state = Lock(State())
  private let clearedAt = Atomic<Int64>(0)
  private let clearedIn = Atomic<UInt64>(0)
  private let capacity: Int

  init(capacity: Int = 65_536) { self.capacity = capacity }

  func invalidate(_ tags: [Tag], at moment: Timestamp, epoch: UInt64 = 0) {
    let capacity = capacity
    state.withLock { state in
      for tag in tags {
        let known = state.moments[tag]
        state.moments[tag] = Moment(
          tick: max(moment, known?.tick ?? moment), epoch: max(epoch, known?.epoch ?? epoch))
      }
      if state.moments.count > capacity { TagClock.forgetOldestHalf(&state) }
    }
  }

  func clear(at moment: Timestamp, epoch: UInt64 = 0) {
    state.withLock { _ in
      clearedAt.store(
        max(moment.nanoseconds, clearedAt.load(ordering: .relaxed)), ordering: .releasing)
      clearedIn.store(max(epoch, clearedIn.load(ordering: .relaxed)), ordering: .releasing)
    }
  }

  /// Whether something made at the tick `createdAt` under `tags` was invalidated since.
  func isInvalidated(createdAt: Timestamp, tags: [Tag]) -> Bool {
    if createdAt.nanoseconds <= clearedAt.load(ordering: .acquiring) { return true }
    return tags.isEmpty ? false : isHit(tags) { createdAt <= $0.tick }
  }

  /// Whether something checked in an epoch under `tags` was invalidated since.
  func isInvalidated(checkedIn epoch: UInt64, tags: [Tag]) -> Bool {
    if epoch < clearedIn.load(ordering: .acquiring) { return true }
    return tags.isEmpty ? false : isHit(tags) { epoch < $0.epoch }
  }

  private func isHit(_ tags: [Tag], _ isAfter: (Moment) -> Bool) -> Bool {
    state.withLock { state in
      if isAfter(state.floor) { return true }
      return tags.contains { tag in state.moments[tag].map(isAfter) ?? false }
    }
  }

  private static func forgetOldestHalf(_ state: inout State) {
    let sorted = state.moments.values.sorted { $0.tick < $1.tick }
    let floor = sorted[sorted.count / 2]
    state.floor.tick = max(state.floor.tick, floor.tick)
    state.floor.epoch = max(state.floor.epoch, floor.epoch)
    state.moments = state.moments.filter { $0.value.tick > floor.tick }
  }
}
