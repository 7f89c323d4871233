// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Where diagnostics go: a log, a test's list, nowhere.
///
/// Called rarely and never on a hit. Implementations must not block; they rate-limit on their own.
public protocol CacheReporter: AnyObject, Sendable {
  /// Takes note of `report`.
  func report(_ report: CacheReport)
}

/// One diagnostic: what happened where. It never holds a value, and a key only as its hash.
public struct CacheReport: Sendable, CustomStringConvertible {
  /// How loud it is.
  public enum Level: Int, Comparable, Hashable, Sendable {
    /// For whoever debugs.
    case debug
    /// Worth a line.
    case info
    /// Degraded, but callers are served.
    case warning
    /// Somebody must look.
    case error

    /// Whether `left` is quieter than `right`.
    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// How loud it is.
  public var level: Level
  /// What happened, lower case, without punctuation at the end: `store failed`.
  public var message: String
  /// Who speaks: a stage's id, a store's name, `pipeline`.
  public var source: String
  /// The cache concerned, where one is.
  public var cache: String
  /// Details by name, without values and without raw keys.
  public var details: [(name: String, value: String)]

  /// Creates a report.
  public init(
    _ level: Level, _ message: String, source: String, cache: String = "",
    details: [(name: String, value: String)] = []
  ) {
    self.level = level
    self.message = message
    self.source = source
    self.cache = cache
    self.details = details
  }

  /// The report on one line.
  public var description: String {
    let head = "\(level) \(cache.isEmpty ? source : "\(cache)/\(source)"): \(message)"
    return details.reduce(head) { "\($0) cache.\($1.name)=\($1.value)" }
  }
}

/// A reporter that drops everything.
public final class SilentReporter: CacheReporter {
  /// Creates the reporter.
  public init() {}
  /// Drops the report.
  public func report(_ report: CacheReport) {}
}
