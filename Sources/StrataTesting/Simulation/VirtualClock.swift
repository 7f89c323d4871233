// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A clock that stands still until it is moved, with timers that fire in order of their time.
public final class VirtualClock: CacheClock {
  private struct State {
    var now: Timestamp
    var timers: [VirtualTimer] = []
    var sequence: UInt64 = 0
  }

  private let state: Lock<State>

  /// Creates a clock that stands at `start`; by default an hour that means nothing.
  public init(start: Timestamp = Timestamp(nanoseconds: 1_700_000_000_000_000_000)) {
    state = Lock(State(now: start))
  }

  /// The moment.
  public var now: Timestamp { state.withLock { $0.now } }
  /// The same moment.
  public var coarseNow: Timestamp { now }
  /// The coarse clock does not lag.
  public var coarseLag: Duration { .zero }

  /// Calls `action` when the clock is moved to `time` or beyond.
  public func schedule(
    at time: Timestamp, _ action: @escaping @Sendable () -> Void
  ) -> any CacheTimer {
    state.withLock { state in
      state.sequence += 1
      let timer = VirtualTimer(
        time: max(time, state.now), sequence: state.sequence, clock: self, action)
      state.timers.append(timer)
      return timer
    }
  }

  /// Moves the clock and fires what became due, in order, each at its own time.
  public func advance(by duration: Duration) {
    let target = now + duration
    while fireNext(until: target) {}
    state.withLock { $0.now = max($0.now, target) }
  }

  /// How many timers are pending: none when nothing waits.
  public var pendingTimers: Int { state.withLock { $0.timers.count } }

  /// Moves to the earliest timer not after `limit` and fires it; `false` where there is none.
  func fireNext(until limit: Timestamp) -> Bool {
    let due = state.withLock { state -> VirtualTimer? in
      // Linear: a simulation has few timers, and the order must be exact.
      guard
        let index = state.timers.indices.min(by: { state.timers[$0] < state.timers[$1] }),
        state.timers[index].time <= limit
      else { return nil }
      let timer = state.timers.remove(at: index)
      state.now = max(state.now, timer.time)
      return timer
    }
    due?.action()
    return due != nil
  }

  fileprivate func withdraw(_ timer: VirtualTimer) -> Bool {
    state.withLock { state in
      guard let index = state.timers.firstIndex(where: { $0 === timer }) else { return false }
      state.timers.remove(at: index)
      return true
    }
  }
}

private final class VirtualTimer: CacheTimer {
  let time: Timestamp
  let sequence: UInt64
  let action: @Sendable () -> Void
  private let clock: VirtualClock

  init(
    time: Timestamp, sequence: UInt64, clock: VirtualClock, _ action: @escaping @Sendable () -> Void
  ) {
    self.time = time
    self.sequence = sequence
    self.clock = clock
    self.action = action
  }

  static func < (left: VirtualTimer, right: VirtualTimer) -> Bool {
    (left.time, left.sequence) < (right.time, right.sequence)
  }

  func cancel() -> Bool { clock.withdraw(self) }
}
