// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import Synchronization

/// A segment of a store: what its header says, and how much of it is still of use.
final class Segment: Sendable {
  let header: SegmentHeader
  /// The bytes of the records that the index points to.
  let live = Atomic(0)
  /// The bytes of the file; for the segment that is being written, what it may grow to.
  let size: Atomic<Int>

  init(_ header: SegmentHeader, size: Int) {
    self.header = header
    self.size = Atomic(size)
  }

  var number: UInt32 { header.number }
}

/// The segments of a store with their open files: an immutable snapshot, replaced as a whole.
///
/// A file is closed when the last snapshot and the last reader that hold it let go. So a reader
/// that was overtaken by eviction still reads the record it was after.
final class SegmentTable: Sendable {
  struct Entry: Sendable {
    var segment: Segment
    /// `nil` while the file is closed to spare descriptors.
    var file: (any DiskFile)?
  }

  static let empty = SegmentTable([])

  /// The segments, oldest first.
  let entries: [Entry]
  private let first: UInt32
  /// Positions in `entries` by number minus `first`; -1 where there is none. Empty where numbers
  /// lie far apart, which only happens to directories that were put together by hand.
  private let positions: [Int32]

  init(_ entries: [Entry]) {
    self.entries = entries
    first = entries.first?.segment.number ?? 0
    let span = Int((entries.last?.segment.number ?? 0) - first) + 1
    let isDense = span <= entries.count * 8 + 1_024
    var positions = [Int32](repeating: -1, count: isDense ? span : 0)
    for (position, entry) in entries.enumerated() where isDense {
      positions[Int(entry.segment.number - first)] = Int32(truncatingIfNeeded: position)
    }
    self.positions = positions
  }

  subscript(number: UInt32) -> Entry? {
    guard !positions.isEmpty else { return entries.first { $0.segment.number == number } }
    guard number >= first, Int(number - first) < positions.count else { return nil }
    let position = positions[Int(number - first)]
    return position < 0 ? nil : entries[Int(position)]
  }

  /// The bytes that all segments take or may grow to.
  var size: Int { entries.reduce(0) { $0 + $1.segment.size.load(ordering: .relaxed) } }

  /// The table with `entry` added, or in place of the one of its number.
  func adding(_ entry: Entry) -> SegmentTable {
    var entries = entries.filter { $0.segment.number != entry.segment.number }
    let position = entries.firstIndex { $0.segment.number > entry.segment.number }
    entries.insert(entry, at: position ?? entries.count)
    return SegmentTable(entries)
  }

  /// The table without the segment `number`.
  func removing(_ number: UInt32) -> SegmentTable {
    SegmentTable(entries.filter { $0.segment.number != number })
  }
}
