// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Invalidations that wait for their time: bounded, and carried out at once on shutdown.
///
/// Too early is safe, too late is not: beyond `capacity` a delay is left out.
final class DelayedRules: Sendable {
  private struct Waiting {
    var work: @Sendable () async -> Void
    var timer: (any CacheTimer)?
  }

  private struct State {
    var waiting: [UInt64: Waiting] = [:]
    var next: UInt64 = 0
  }

  static let capacity = 10_000
  private let state = Lock(State())
  private let context: CacheContext

  init(context: CacheContext) { self.context = context }

  /// How many wait.
  var count: Int { state.withLock { $0.waiting.count } }

  /// Carries out `work` after `delay`; `false` where too many wait already.
  func schedule(after delay: Duration, _ work: @escaping @Sendable () async -> Void) -> Bool {
    let number = state.withLock { state -> UInt64? in
      guard state.waiting.count < Self.capacity else { return nil }
      state.next += 1
      state.waiting[state.next] = Waiting(work: work)
      return state.next
    }
    guard let number else { return false }
    let clock = context.runtime.clock
    let timer = clock.schedule(at: clock.now + delay) { [weak self] in self?.fire(number) }
    let isPending = state.withLock { state in
      state.waiting[number]?.timer = timer
      return state.waiting[number] != nil
    }
    if !isPending { timer.cancel() }
    return true
  }

  private func fire(_ number: UInt64) {
    guard let waiting = state.withLock({ $0.waiting.removeValue(forKey: number) }) else { return }
    if context.background.start("delayed invalidation", waiting.work) { return }
    context.runtime.tasks.spawn("delayed invalidation") { await waiting.work() }
  }

  /// Carries out everything that waits, now, in the order in which it came.
  func flush() async {
    let waiting = state.withLock { state in
      defer { state.waiting = [:] }
      return state.waiting
    }
    for (_, item) in waiting.sorted(by: { $0.key < $1.key }) {
      item.timer?.cancel()
      await item.work()
    }
  }
}
