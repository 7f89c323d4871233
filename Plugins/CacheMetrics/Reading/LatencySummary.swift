// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// How long something took: how often, together, and quantiles within 1%.
public struct LatencySummary: Sendable, Equatable {
  /// How often.
  public let count: UInt64
  /// All times together.
  public let sum: Duration
  private let counts: [UInt64]

  init(counts: [UInt64], sum: Duration) {
    self.counts = counts
    self.sum = sum
    count = counts.reduce(0, &+)
  }

  /// The time within which the given part stayed: `quantile(0.99)`. `nil` where nothing happened.
  public func quantile(_ part: Double) -> Duration? {
    guard count > 0 else { return nil }
    let rank = max(1, UInt64((part * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for (bucket, number) in counts.enumerated() {
      seen += number
      if seen >= rank { return .nanoseconds(Int64(LatencyHistogram.middle(of: bucket))) }
    }
    return nil
  }

  /// The median.
  public var p50: Duration? { quantile(0.5) }
  /// What 95% stayed within.
  public var p95: Duration? { quantile(0.95) }
  /// What 99% stayed within.
  public var p99: Duration? { quantile(0.99) }
  /// What 99.9% stayed within.
  public var p999: Duration? { quantile(0.999) }
}
