// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A reporter that remembers everything, for tests to look at.
public final class RecordingReporter: CacheReporter {
  private let reports = Lock<[CacheReport]>([])

  /// Creates an empty reporter.
  public init() {}

  /// Remembers `report`.
  public func report(_ report: CacheReport) { reports.withLock { $0.append(report) } }

  /// What was reported so far.
  public var all: [CacheReport] { reports.withLock { $0 } }

  /// How many reports had this message.
  public func count(of message: String) -> Int {
    all.reduce(0) { $0 + ($1.message == message ? 1 : 0) }
  }
}
