// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// One piece of work for the disk, in the order in which it must be done.
public enum LogStep: Sendable {
  /// Create the segment's file with its header.
  case create(SegmentHeader)
  /// Write the chunk to its place.
  case write(LogChunk)
  /// Make durable what was written to the segment up to the mark, which is all before `end`.
  case sync(segment: UInt32, mark: UInt64, end: Int64)
  /// Finish the segment with its footer.
  case seal(SegmentRun)
  /// Delete the segment's file.
  case remove(segment: UInt32)

  var segment: UInt32 {
    switch self {
    case .create(let header): header.number
    case .write(let chunk): chunk.segment
    case .sync(let segment, _, _), .remove(let segment): segment
    case .seal(let run): run.header.number
    }
  }
}

/// A segment that is being written.
public struct SegmentRun: Sendable {
  /// The segment's header.
  public var header: SegmentHeader
  /// Where the next record goes.
  public var end: Int64
  /// The entries of its records so far.
  public var footer: SegmentFooter
  /// The mark of the last record before the segment.
  var markBefore: UInt64
  /// The mark of the segment's last record.
  var lastMark: UInt64
  /// The mark up to which its records are durable.
  var syncedMark: UInt64
  /// The end of what is durable.
  var syncedEnd: Int64
  /// What the next sync mark will say; `nil` where none is due.
  var markDue: Int64?
  /// How many entries were there when this process took the segment up.
  var entriesBefore: Int
}

/// Records that did not reach the disk, or of which nobody can say so.
public struct LogLoss: Sendable {
  /// The segment they belonged to. Nothing is appended to it any more.
  public var segment: UInt32
  /// The records before this offset are still good.
  public var offset: Int64
  /// The footer entries of the lost records.
  public var entries: [UInt8]
  /// The marks of the lost records.
  public var marks: ClosedRange<UInt64>?
  /// What the disk said.
  public var error: DiskError
}
