// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What a limiter remembers of one subject: a value that is asked and changes.
///
/// The meaning of the numbers follows from the kind of limit: the start of a window and how many
/// were taken in it; the times of those taken, oldest first; or when the bucket will be full again.
struct LimiterState: Codable, Sendable, Equatable {
  private(set) var times: [Int64] = []
  private(set) var taken = 0

  /// Asks for `cost` at `now`; what is allowed is taken.
  mutating func take(_ cost: Int, of limit: RateLimit, at now: Timestamp) -> RateDecision {
    guard cost <= limit.limit else { return .refused(remaining: 0, retryAfter: nil) }
    let now = now.nanoseconds
    switch limit {
    case .fixedWindow(let most, let span): return takeWindow(cost, most, span.positive, now)
    case .slidingLog(let most, let span): return takeLog(cost, most, span.positive, now)
    case .tokenBucket(let most, let refill): return takeTokens(cost, most, refill.positive, now)
    }
  }

  /// For how long it says anything.
  static func lifetime(of limit: RateLimit) -> Duration {
    switch limit {
    case .fixedWindow(_, let span), .slidingLog(_, let span): .nanoseconds(span.positive)
    case .tokenBucket(let most, let refill):
      .nanoseconds(Self.product(refill.positive, max(1, most)))
    }
  }

  /// Cut where 64 bits end, which is after 292 years.
  private static func product(_ span: Int64, _ count: Int) -> Int64 {
    let (product, overflow) = span.multipliedReportingOverflow(by: Int64(count))
    return overflow ? .max / 4 : min(product, .max / 4)
  }

  private mutating func takeWindow(
    _ cost: Int, _ most: Int, _ span: Int64, _ now: Int64
  ) -> RateDecision {
    let start = now - now % span
    if times != [start] { (times, taken) = ([start], 0) }
    guard taken + cost <= most else {
      return .refused(remaining: most - taken, retryAfter: .nanoseconds(start + span - now))
    }
    taken += cost
    return .allowed(remaining: most - taken)
  }

  private mutating func takeLog(
    _ cost: Int, _ most: Int, _ span: Int64, _ now: Int64
  ) -> RateDecision {
    times.removeAll { $0 <= now - span }
    guard times.count + cost <= most else {
      // So many of the oldest must have passed.
      let last = times[times.count + cost - most - 1]
      return .refused(
        remaining: most - times.count, retryAfter: .nanoseconds(last + span - now))
    }
    times += Array(repeating: now, count: max(0, cost))
    return .allowed(remaining: most - times.count)
  }

  /// A bucket is one time: when it will be full. Each token taken moves that by one refill.
  private mutating func takeTokens(
    _ cost: Int, _ most: Int, _ refill: Int64, _ now: Int64
  ) -> RateDecision {
    let full = max(times.first ?? now, now)
    let missing = (full - now + refill - 1) / refill
    let remaining = max(0, most - Int(clamping: missing))
    let price = Self.product(refill, cost)
    let wait = full - now + price - Self.product(refill, most)
    guard wait <= 0 else { return .refused(remaining: remaining, retryAfter: .nanoseconds(wait)) }
    times = [full + price]
    return .allowed(remaining: max(0, remaining - cost))
  }
}

extension Duration {
  /// The nanoseconds, at least one.
  fileprivate var positive: Int64 { max(1, saturatingNanoseconds) }
}
