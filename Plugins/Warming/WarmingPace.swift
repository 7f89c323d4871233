// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// How fast a run may go: it begins with a tenth of its rate, and reaches it after the ramp.
struct WarmingPace: Sendable {
  let rate: Int
  let ramp: Duration

  /// The time until the next key, so long after the run began.
  func pause(after elapsed: Duration) -> Duration {
    let whole = max(1, ramp.saturatingNanoseconds)
    let part = min(1, Double(max(0, elapsed.saturatingNanoseconds)) / Double(whole))
    let now = Double(rate) * (ramp == .zero ? 1 : 0.1 + 0.9 * part)
    return .nanoseconds(Int64(1e9 / max(now, 0.001)))
  }
}
