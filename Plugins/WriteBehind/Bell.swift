// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Wakes those who wait for something to happen; nothing that happens while nobody waits is missed.
///
/// Whoever wants to wait first notes how often it has rung, then looks whether there is something
/// to do, and only then waits for it to ring again.
final class Bell: Sendable {
  private struct State {
    var rings: UInt64 = 0
    var next: UInt64 = 0
    var waiting:
      [UInt64: (continuation: UnsafeContinuation<Void, Never>, timer: (any CacheTimer)?)] =
        [:]
  }

  private let state = Lock(State())

  /// How often it has rung.
  var rings: UInt64 { state.withLock { $0.rings } }

  func ring() {
    let woken = state.withLock { state in
      state.rings += 1
      defer { state.waiting = [:] }
      return state.waiting.sorted { $0.key < $1.key }.map(\.value)
    }
    for waiter in woken {
      waiter.timer?.cancel()
      waiter.continuation.resume()
    }
  }

  /// Waits until it has rung more than `known` times, `end` has come, or the task is cancelled.
  func wait(after known: UInt64, until end: Timestamp?, _ clock: any CacheClock) async {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        wait(number, continuation, known, until: end, clock)
      }
    } onCancel: {
      leave(number)
    }
  }

  private func wait(
    _ number: UInt64, _ continuation: UnsafeContinuation<Void, Never>, _ known: UInt64,
    until end: Timestamp?, _ clock: any CacheClock
  ) {
    let waits = state.withLock { state in
      guard state.rings == known else { return false }
      state.waiting[number] = (continuation, nil)
      return true
    }
    if !waits { return continuation.resume() }
    // A cancellation that came before the continuation stood there found nobody to wake.
    if Task.isCancelled { return leave(number) }
    guard let end else { return }
    let timer = clock.schedule(at: end) { self.leave(number) }
    let isWaiting = state.withLock { state in
      state.waiting[number]?.timer = timer
      return state.waiting[number] != nil
    }
    if !isWaiting { timer.cancel() }
  }

  private func leave(_ number: UInt64) {
    let waiter = state.withLock { $0.waiting.removeValue(forKey: number) }
    waiter?.timer?.cancel()
    waiter?.continuation.resume()
  }
}
