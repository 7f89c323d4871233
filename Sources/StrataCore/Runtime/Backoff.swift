// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How long to leave alone what fails: longer each time, and never in step with others that it
/// fails.
public struct Backoff: Sendable, Hashable {
  /// The longest wait after the first failure.
  public var first: Duration
  /// The longest wait of all.
  public var longest: Duration

  /// Creates a backoff.
  public init(first: Duration = .milliseconds(50), longest: Duration = .seconds(1)) {
    self.first = first
    self.longest = longest
  }

  /// The wait after `failures` failures in a row: drawn from the upper half of a range that
  /// doubles.
  ///
  /// After what had worked (no failure), a connection that was lost for one, it is drawn from the
  /// whole of the first range, so that one lost connection is back almost at once and a thousand of
  /// them are spread out.
  public func delay(afterFailures failures: Int, random: any CacheRandom) -> Duration {
    guard failures > 0 else { return first * random.unit() }
    var range = first
    for _ in 1..<min(failures, 64) where range < longest { range *= 2 }
    range = min(range, longest)
    return range / 2 + range / 2 * random.unit()
  }
}
