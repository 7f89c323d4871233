// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// How far a warming run has come.
public struct WarmingProgress: Sendable, Equatable {
  /// Why a run ended before its keys did.
  public enum End: String, Sendable {
    /// Too many loads failed.
    case failures
    /// It took longer than it may.
    case time
    /// The cache was shut down, or the caller left.
    case cancelled
  }

  /// How many keys there are.
  public var total = 0
  /// Keys that were loaded.
  public var loaded = 0
  /// Keys that were fresh already.
  public var found = 0
  /// Keys whose load failed.
  public var failed = 0
  /// When the run began.
  public var began = Timestamp.distantPast
  /// When it ended; `nil` while it runs.
  public var ended: Timestamp?
  /// Why it ended early, where it did.
  public var aborted: End?

  /// Creates a progress of nothing.
  public init() {}

  /// Keys that are done.
  public var done: Int { loaded + found + failed }
}
