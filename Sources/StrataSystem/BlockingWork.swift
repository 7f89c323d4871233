// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// The few threads on which calls that block run: name resolution, reading certificates, libraries
/// that wait for a database.
///
/// A lookup that hangs holds one of them for as long as the system's resolver takes to give up.
/// The threads start on demand and end when nothing waits.
package final class BlockingWork: Sendable {
  /// The threads of this process.
  package static let shared = BlockingWork()

  private struct State {
    var waiting: [@Sendable () -> Void] = []
    var threads = 0
  }

  private static let maximumThreads = 8

  private let state = Lock(State())

  /// Runs `work` on one of the threads.
  package func run(_ work: @escaping @Sendable () -> Void) {
    let starts = state.withLock { state in
      state.waiting.append(work)
      guard state.threads < Self.maximumThreads else { return false }
      state.threads += 1
      return true
    }
    if starts { SystemThread.start("strata-blocking") { self.drain() } }
  }

  private func drain() {
    while let work = next() { work() }
  }

  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.threads -= 1
      return nil
    }
  }
}
