// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Time and timers: the door through which all waiting goes.
public protocol CacheClock: AnyObject, Sendable {
  /// The moment, precisely. Never goes back.
  var now: Timestamp { get }

  /// The moment, cheaply: never ahead of ``now`` and at most ``coarseLag`` behind it.
  var coarseNow: Timestamp { get }

  /// How far ``coarseNow`` may lag. Moments compared with it are moved forward by this much.
  var coarseLag: Duration { get }

  /// Calls `action` once at or after `time`, on a thread of the clock's own.
  ///
  /// The action must be short and must not block: it resumes a waiter or spawns a task.
  func schedule(at time: Timestamp, _ action: @escaping @Sendable () -> Void) -> any CacheTimer
}

/// A scheduled action.
public protocol CacheTimer: AnyObject, Sendable {
  /// Withdraws the action. Returns whether it was still pending: `false` means that it has run or
  /// runs.
  @discardableResult func cancel() -> Bool
}

extension CacheClock {
  /// Waits until `time`, or throws `CancellationError` as soon as the task is cancelled.
  public func sleep(until time: Timestamp) async throws {
    let wait = TimerWait()
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        wait.start(continuation) { self.schedule(at: time) { wait.finish(.success(())) } }
      }
    } onCancel: {
      wait.finish(.failure(CancellationError()))
    }
  }

  /// Waits for `duration`, or throws `CancellationError` as soon as the task is cancelled.
  public func sleep(for duration: Duration) async throws {
    try await sleep(until: now + duration)
  }
}

/// One sleeper: whichever of the timer and the cancellation comes first resumes it, once.
private final class TimerWait: Sendable {
  private struct State {
    var continuation: UnsafeContinuation<Void, any Error>?
    var timer: (any CacheTimer)?
    var result: Result<Void, any Error>?
  }

  private let state = Lock(State())

  func start(
    _ continuation: UnsafeContinuation<Void, any Error>, schedule: () -> any CacheTimer
  ) {
    let early = state.withLock { state in
      if state.result == nil { state.continuation = continuation }
      return state.result
    }
    if let early { return continuation.resume(with: early) }
    let timer = schedule()
    let finished = state.withLock { state in
      state.timer = timer
      return state.result != nil
    }
    if finished { timer.cancel() }
  }

  func finish(_ result: Result<Void, any Error>) {
    let (continuation, timer) = state.withLock { state in
      guard state.result == nil else {
        return (nil, nil) as (UnsafeContinuation<Void, any Error>?, (any CacheTimer)?)
      }
      state.result = result
      defer { (state.continuation, state.timer) = (nil, nil) }
      return (state.continuation, state.timer)
    }
    timer?.cancel()
    continuation?.resume(with: result)
  }
}
