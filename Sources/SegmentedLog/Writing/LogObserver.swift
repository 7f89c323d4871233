// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Who is told what the disk did: called by the one thread that is writing, never under the lock
/// of the tail.
public protocol LogObserver: AnyObject, Sendable {
  /// The segment has a file. It closes when the last reader lets go of it.
  func logCreated(_ header: SegmentHeader, file: any DiskFile)
  /// The segment is finished; its file has `size` bytes or less.
  func logSealed(_ segment: UInt32, size: Int64)
  /// Records were lost. Whoever points to them must not any more.
  func logLost(_ loss: LogLoss)
  /// The deletion of a segment's file was tried; a failed one is tried again with the next.
  func logRemoved(_ segment: UInt32, error: DiskError?)
}
