// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a benchmark counts, and which direction is good.
public enum BenchmarkUnit: String, Sendable, CaseIterable {
  /// Nanoseconds per operation.
  case nanoseconds = "ns"
  /// Microseconds per operation.
  case microseconds = "us"
  /// Milliseconds per operation.
  case milliseconds = "ms"
  /// Bytes.
  case bytes
  /// Binary megabytes of memory.
  case mebibytes = "MiB"
  /// A count of something that costs, such as allocations.
  case count
  /// Operations in a second.
  case perSecond = "op/s"
  /// Megabytes in a second.
  case megabytesPerSecond = "MB/s"
  /// A share of hits, in percent.
  case percent = "%"

  /// Whether a larger value is the better one: rates and shares of hits, and nothing else.
  public var isBetterLarger: Bool {
    switch self {
    case .perSecond, .megabytesPerSecond, .percent: true
    case .nanoseconds, .microseconds, .milliseconds, .bytes, .mebibytes, .count: false
    }
  }
}
