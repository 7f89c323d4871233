// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How much is allowed in how much time, and how that is counted.
public enum RateLimit: Sendable, Hashable {
  /// So many in each window of the clock. Cheapest; twice as many may pass around a window's edge.
  case fixedWindow(Int, per: Duration)
  /// So many in any stretch of this length, exactly. Remembers the time of each, so keep the number
  /// in the hundreds.
  case slidingLog(Int, per: Duration)
  /// So many at once, and one more with each `refill`: bursts first, then a steady rate.
  case tokenBucket(Int, refill: Duration)

  /// The most that ever passes at once.
  public var limit: Int {
    switch self {
    case .fixedWindow(let count, _), .slidingLog(let count, _), .tokenBucket(let count, _): count
    }
  }
}
