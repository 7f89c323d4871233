// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// How writes are delivered: in what portions, how often, how patiently.
struct DeliveryPace: Sendable {
  let batch: Int
  let interval: Duration
  let limit: Int
  let whenFull: FullQueue
  let attempts: Int
  let backoff: Backoff
  let timeout: Duration

  /// How many entries are looked at for one batch: more than it takes, since a key that is written
  /// again and again is delivered once.
  var window: Int { batch > Int.max / 10 ? batch : batch * 10 }
}

/// How long to leave a sink alone that fails.
struct Backoff: Sendable {
  let first: Duration
  let longest: Duration

  /// The pause after so many failures in a row: doubled with each, cut at the longest, and between
  /// half of that and all of it, so that many who fail together do not come back together.
  func pause(after failures: Int, _ random: any CacheRandom) -> Duration {
    let doublings = min(max(0, failures - 1), 40)
    let (grown, overflow) = first.saturatingNanoseconds.multipliedReportingOverflow(
      by: 1 << Int64(doublings))
    let full = overflow ? longest : min(longest, .nanoseconds(grown))
    return .nanoseconds(Int64(Double(full.saturatingNanoseconds) * (0.5 + random.unit() / 2)))
  }
}
