// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import StrataSystem

/// The loop of a ``MemoryNetwork``: its turns are actions of the clock.
final class MemoryLoop: NetworkLoop {
  private struct State {
    var work: [@Sendable () -> Void] = []
    var atEnd: [@Sendable () -> Void] = []
    /// The thread that runs a turn; 0 between turns.
    var thread: UInt = 0
    var isScheduled = false
  }

  let clock: any CacheClock
  private let state = Lock(State())

  init(clock: any CacheClock) { self.clock = clock }

  var isCurrent: Bool {
    let current = SystemThread.currentNumber
    return state.withLock { $0.thread == current }
  }

  var now: Timestamp { clock.now }

  /// The tasks of a simulation run where the simulation wants them.
  var taskExecutor: (any TaskExecutor)? { nil }

  func execute(_ action: @escaping @Sendable () -> Void) {
    let schedules = state.withLock { state in
      state.work.append(action)
      defer { state.isScheduled = true }
      return !state.isScheduled && state.thread == 0
    }
    if schedules { _ = clock.schedule(at: clock.now) { self.turn() } }
  }

  func schedule(
    at time: Timestamp, _ action: @escaping @Sendable () -> Void
  ) -> any CacheTimer {
    clock.schedule(at: time) {
      self.execute(action)
      self.turn()
    }
  }

  /// Runs `action` once everything else in this turn has run.
  func atEnd(_ action: @escaping @Sendable () -> Void) {
    state.withLock { $0.atEnd.append(action) }
  }

  private func turn() {
    let current = SystemThread.currentNumber
    let enters = state.withLock { state in
      guard state.thread == 0 else { return false }  // that turn sees the work as well
      state.thread = current
      return true
    }
    guard enters else { return }
    while let actions = next() { for action in actions { action() } }
  }

  private func next() -> [@Sendable () -> Void]? {
    state.withLock { state in
      for queue in [\State.work, \State.atEnd] where !state[keyPath: queue].isEmpty {
        defer { state[keyPath: queue] = [] }
        return state[keyPath: queue]
      }
      state.thread = 0
      state.isScheduled = false
      return nil
    }
  }
}
