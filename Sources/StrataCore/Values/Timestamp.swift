// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A moment, in nanoseconds since 1970 by the runtime's clock.
///
/// The clock is anchored to the wall clock once, when the runtime starts, and is monotonic from
/// then on: within a process timestamps never go back, and across restarts they stay comparable.
/// Timestamps of two machines must not be compared; what crosses machines carries a ``Version``.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// The nanoseconds since 1970-01-01T00:00:00Z.
  public var nanoseconds: Int64

  /// Creates a timestamp from nanoseconds since 1970.
  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The moment before every other: what is due then is due at once.
  public static let distantPast = Timestamp(nanoseconds: 0)

  /// The moment after every other: what is due then never happens.
  public static let distantFuture = Timestamp(nanoseconds: .max)

  /// Whether `left` is earlier than `right`.
  @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// The moment `duration` after `time`; saturates instead of overflowing.
  @inlinable public static func + (time: Timestamp, duration: Duration) -> Timestamp {
    time.advanced(byNanoseconds: duration.saturatingNanoseconds)
  }

  /// The moment `duration` before `time`; saturates instead of overflowing.
  @inlinable public static func - (time: Timestamp, duration: Duration) -> Timestamp {
    time.advanced(byNanoseconds: 0 &- duration.saturatingNanoseconds)
  }

  /// The time from `right` to `left`; negative when `left` is earlier.
  @inlinable public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .nanoseconds(left.nanoseconds &- right.nanoseconds)
  }

  /// The moment `delta` nanoseconds later. `distantFuture` stays where it is.
  @inlinable public func advanced(byNanoseconds delta: Int64) -> Timestamp {
    if nanoseconds == .max { return self }
    let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
    if overflow { return delta > 0 ? .distantFuture : .distantPast }
    return Timestamp(nanoseconds: max(0, sum))
  }
}

extension Duration {
  /// The duration in whole nanoseconds, cut to what 64 bits hold (292 years).
  @inlinable public var saturatingNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds > 0 ? .max - 1 : .min + 2 }
    let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? (scaled > 0 ? .max - 1 : .min + 2) : sum
  }
}
