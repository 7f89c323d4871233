// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a file store has counted since it was opened.
public struct FileStatistics: Sendable, Hashable {
  /// The keys in the index.
  public var keys = 0
  /// The bytes of the index.
  public var indexBytes = 0
  /// The bytes that the files take or may grow to.
  public var fileBytes = 0
  /// The bytes that callers wrote, with keys and heads.
  public var writtenBytes = 0
  /// The bytes that were written again so that hot or live records survived their segment.
  public var rewrittenBytes = 0
  /// The keys that were pushed out.
  public var evictions = 0
  /// The records that did not pass their checksum.
  public var damaged = 0
  /// The reads that the disk failed.
  public var readFailures = 0
  /// The writes and syncs that the disk failed.
  public var writeFailures = 0
  /// The records that were lost by those.
  public var lost = 0
  /// The writes that were not taken because the disk was failing.
  public var unavailable = 0
  /// The files that were found unreadable when the store was opened, and removed.
  public var unreadableFiles = 0
}
