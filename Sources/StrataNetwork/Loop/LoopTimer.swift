// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization
internal import StrataCore
internal import StrataSystem

/// A timer of an event loop.
///
/// Who wins between firing and cancelling is decided by one atomic exchange, so cancelling is
/// legal from any thread and its answer is exact.
final class LoopTimer: CacheTimer, @unchecked Sendable {
  // Sendable: `action` is taken out only by whoever won the exchange on `isPending`; `ticket` is
  // touched only on the loop.
  private let loop: EventLoop
  private let isPending = Atomic(true)
  private var action: (@Sendable () -> Void)?
  var ticket: TimerQueue<LoopTimer>.Ticket?

  init(loop: EventLoop, action: @escaping @Sendable () -> Void) {
    self.loop = loop
    self.action = action
  }

  func fire() {
    ticket = nil
    if let action = take() { action() }
  }

  func cancel() -> Bool {
    guard take() != nil else { return false }
    if loop.isCurrent {
      loop.forget(self)
    } else {
      loop.execute { [loop] in loop.forget(self) }
    }
    return true
  }

  private func take() -> (@Sendable () -> Void)? {
    guard isPending.exchange(false, ordering: .acquiringAndReleasing) else { return nil }
    return action.take()
  }
}
