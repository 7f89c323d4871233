// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

extension MemoryStore {
  /// Has `listener` told of every entry that leaves, with its cause.
  ///
  /// Calls come from a task of the store's own, not from the caller that made the entry leave; for
  /// one key in the order in which it happened. A listener that blocks delays other listeners of
  /// this store and nothing else.
  public func onRemoval(_ listener: @escaping @Sendable (RemovalEvent) -> Void) {
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
