// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What is known of the runs of one cache, and the loader that was left. Kept over a reload.
final class WarmingState: Sendable {
  typealias Warm = @Sendable (String) async throws -> Bool

  private struct State {
    var progress = WarmingProgress()
    var isRunning = false
    var loader: Warm?
  }

  private let state = Lock(State())

  var progress: WarmingProgress {
    get { state.withLock { $0.progress } }
    set { state.withLock { $0.progress = newValue } }
  }

  var loader: Warm? {
    get { state.withLock { $0.loader } }
    set { state.withLock { $0.loader = newValue } }
  }

  func begin() -> Bool {
    state.withLock { state in
      defer { state.isRunning = true }
      return !state.isRunning
    }
  }

  func end() { state.withLock { $0.isRunning = false } }
}
