// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What an event led to.
public struct InvalidationReport: Sendable, Equatable {
  /// Rules that acted, or will.
  public var rules = 0
  /// Keys that were removed or made stale, whether or not they were stored.
  public var keys = 0
  /// Tags that were invalidated.
  public var tags = 0
  /// Keys that patterns found.
  public var matched = 0
  /// Rules whose time has not come yet.
  public var delayed = 0
  /// Events that follow from this one.
  public var follow: [CacheEvent] = []

  /// Creates a report of nothing.
  public init() {}

  /// Adds what another cache reports.
  public static func += (sum: inout InvalidationReport, more: InvalidationReport) {
    sum.rules += more.rules
    sum.keys += more.keys
    sum.tags += more.tags
    sum.matched += more.matched
    sum.delayed += more.delayed
    sum.follow += more.follow
  }
}
