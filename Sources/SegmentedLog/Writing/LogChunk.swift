// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A run of records that stand behind each other in one segment and are not written yet.
///
/// Readers find the newest records here. A chunk is appended to and reused only by the ``LogTail``
/// that made it, under its owner's lock; a byte that is in use never changes, and the storage is
/// reused only when nobody else holds the chunk.
public final class LogChunk: @unchecked Sendable {
  // Sendable: every field changes only under the lock around the tail. A reader takes its reference
  // under that lock and then reads bytes that were complete before it did.

  /// The segment the records belong to.
  public private(set) var segment: UInt32 = 0
  /// The offset of the first byte in the segment's file.
  public private(set) var offset: Int64 = 0
  /// The bytes in use.
  public private(set) var count = 0
  /// The mark of the last record before the chunk.
  private(set) var markBefore: UInt64 = 0
  /// The mark of the last record in the chunk.
  private(set) var lastMark: UInt64 = 0
  /// The bytes there are.
  let capacity: Int
  private let storage: UnsafeMutableRawPointer

  init(capacity: Int) {
    self.capacity = capacity
    storage = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit { storage.deallocate() }

  /// Starts over at another place.
  func reset(segment: UInt32, offset: Int64, mark: UInt64) {
    self.segment = segment
    self.offset = offset
    markBefore = mark
    lastMark = mark
    count = 0
  }

  /// Whether `footprint` more bytes fit.
  func fits(_ footprint: Int) -> Bool { capacity - count >= footprint }

  /// Appends a record that fits.
  func append(_ record: LogRecord, salt: UInt32, mark: UInt64) {
    record.write(to: storage + count, salt: salt)
    count += record.footprint
    lastMark = mark
  }

  /// The bytes in use.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage, count: count) }

  /// Whether the record at `place` stands here.
  func holds(_ place: LogPlace) -> Bool {
    place.segment == segment && place.offset >= offset && place.offset < offset + Int64(count)
  }
}
