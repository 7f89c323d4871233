// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

/// What a memory store does beside its callers: removes what has expired, tells listeners.
///
/// Apart from the store, because timers refer to it weakly: an object with weak references pays
/// three times as much for every reference count, and the store's is on the way of every hit.
final class Housekeeping: Sendable {
  private let engine: MemoryEngine
  private let runtime: CacheRuntime
  private let listeners = Lock<[@Sendable (RemovalEvent) -> Void]>([])
  private let timer = Lock<(any CacheTimer)?>(nil)
  private let isTimed = Atomic<Bool>(false)
  private let isDelivering = Atomic<Bool>(false)
  private let isOver = Atomic<Bool>(false)

  /// How often expired entries are looked for.
  static let interval = Duration.milliseconds(250)

  init(_ engine: MemoryEngine, _ runtime: CacheRuntime) {
    self.engine = engine
    self.runtime = runtime
  }

  /// Sweeps no more.
  func end() {
    isOver.store(true, ordering: .relaxed)
    timer.withLock { $0 }?.cancel()
  }

  /// Whether ``end()`` was called.
  var isEnded: Bool { isOver.load(ordering: .relaxed) }

  // MARK: Time

  /// Arms the timer unless it is armed.
  func watchTime() {
    guard !isTimed.load(ordering: .relaxed), !isTimed.exchange(true, ordering: .relaxed) else {
      return
    }
    let clock = runtime.clock
    let next = clock.schedule(at: clock.now + Self.interval) { [weak self] in self?.spawnSweep() }
    timer.withLock { $0 = next }
  }

  private func spawnSweep() {
    runtime.tasks.spawn("memory store sweep") { [weak self] in self?.sweep() }
  }

  /// Removes what has expired, and arms the timer again while entries with an end are left.
  private func sweep() {
    engine.maintain(now: runtime.clock.now.nanoseconds)
    deliverEvents()
    isTimed.store(false, ordering: .relaxed)
    if engine.hasTimedEntries, !isEnded { watchTime() }
  }

  // MARK: Events

  func add(_ listener: @escaping @Sendable (RemovalEvent) -> Void) {
    listeners.withLock { $0.append(listener) }
    engine.recordEvents()
  }

  /// Starts a delivery, unless one runs or there is nothing to deliver.
  func deliverEvents() {
    guard engine.hasEvents, !isDelivering.exchange(true, ordering: .acquiringAndReleasing) else {
      return
    }
    runtime.tasks.spawn("memory store events") { [self] in
      var isDone = false
      while !isDone {
        let all = listeners.withLock { $0 }
        for event in engine.takeEvents() {
          for listener in all { listener(event) }
        }
        isDelivering.store(false, ordering: .sequentiallyConsistent)
        // Events that came after the last look find no delivery running, or are seen here.
        isDone =
          !engine.hasEvents || isDelivering.exchange(true, ordering: .acquiringAndReleasing)
      }
    }
  }
}
