// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Who waits for which key to be loaded elsewhere: woken by a message, or by the clock.
final class WakeTable: Sendable {
  private struct Waiter {
    var continuation: UnsafeContinuation<Void, any Error>
    var timer: (any CacheTimer)?
  }

  private struct State {
    var waiting: [[UInt8]: [UInt64: Waiter]] = [:]
    var next: UInt64 = 0
  }

  private let state = Lock(State())
  private let clock: any CacheClock

  init(clock: any CacheClock) { self.clock = clock }

  /// Waits until `key` is called or `time` has come; throws when the task is cancelled.
  func wait(for key: [UInt8], until time: Timestamp) async throws {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        state.withLock {
          $0.waiting[key, default: [:]][number] = Waiter(continuation: continuation)
        }
        if Task.isCancelled { return end(number, key, .failure(CancellationError())) }
        let timer = clock.schedule(at: time) { self.end(number, key, .success(())) }
        let isWaiting = state.withLock { state in
          state.waiting[key]?[number]?.timer = timer
          return state.waiting[key]?[number] != nil
        }
        if !isWaiting { timer.cancel() }
      }
    } onCancel: {
      end(number, key, .failure(CancellationError()))
    }
  }

  /// Wakes everybody who waits for `key`.
  func call(_ key: [UInt8]) {
    let waiters = state.withLock { $0.waiting.removeValue(forKey: key) } ?? [:]
    for (_, waiter) in waiters.sorted(by: { $0.key < $1.key }) {
      waiter.timer?.cancel()
      waiter.continuation.resume()
    }
  }

  private func end(_ number: UInt64, _ key: [UInt8], _ result: Result<Void, any Error>) {
    let waiter = state.withLock { state in
      defer { if state.waiting[key]?.isEmpty ?? false { state.waiting[key] = nil } }
      return state.waiting[key]?.removeValue(forKey: number)
    }
    waiter?.timer?.cancel()
    waiter?.continuation.resume(with: result)
  }
}
