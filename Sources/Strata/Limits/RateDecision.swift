// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Whether something may happen now.
public struct RateDecision: Sendable, Hashable {
  /// Whether it may.
  public let isAllowed: Bool
  /// How many more may follow at once.
  public let remaining: Int
  /// How long to wait until as much may happen; zero where it may, `nil` where it never will.
  public let retryAfter: Duration?

  static func allowed(remaining: Int) -> RateDecision {
    RateDecision(isAllowed: true, remaining: remaining, retryAfter: .zero)
  }

  static func refused(remaining: Int, retryAfter: Duration?) -> RateDecision {
    RateDecision(isAllowed: false, remaining: remaining, retryAfter: retryAfter)
  }
}
