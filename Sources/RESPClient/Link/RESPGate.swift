// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
private import Synchronization

/// A door that opens now and then: who waits goes on when it does, at a deadline, or when
/// cancelled.
///
/// Nobody is told which of these it was; each looks for itself. The count of openings tells whether
/// one was missed between looking and waiting.
final class RESPGate: Sendable {
  private struct State {
    var next = 0
    var waiting: [Int: UnsafeContinuation<Void, Never>] = [:]
  }

  private let state = Lock(State())
  private let count = Atomic<UInt64>(0)
  private let clock: any CacheClock

  init(clock: any CacheClock) { self.clock = clock }

  /// How often it has opened. Read it before looking at what the gate is for.
  var openings: UInt64 { count.load(ordering: .acquiring) }

  /// Lets everybody go on.
  func open() {
    let waiting = state.withLock { state in
      count.wrappingAdd(1, ordering: .releasing)
      defer { state.waiting = [:] }
      return state.waiting
    }
    for (_, waiter) in waiting.sorted(by: { $0.key < $1.key }) { waiter.resume() }
  }

  /// Waits until it opens for the first time after `openings`.
  func wait(after openings: UInt64, until deadline: Timestamp) async {
    let number = state.withLock { state in
      state.next += 1
      return state.next
    }
    let timer = clock.schedule(at: deadline) { self.release(number) }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let mustWait = state.withLock { state in
          guard self.openings == openings else { return false }
          state.waiting[number] = continuation
          return true
        }
        if !mustWait { return continuation.resume() }
        // What came before the continuation stood there found nobody.
        if Task.isCancelled || clock.now >= deadline { release(number) }
      }
    } onCancel: {
      release(number)
    }
    timer.cancel()
  }

  private func release(_ number: Int) {
    state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
  }
}
