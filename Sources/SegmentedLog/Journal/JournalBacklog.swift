// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The entries of a journal that wait to be delivered, in order, with the files they are in.
struct JournalBacklog: Sendable {
  /// An entry that waits.
  struct Waiting: Sendable {
    var sequence: UInt64
    var mark: UInt64
    var place: LogPlace
    var length: Int
  }

  /// A segment and the last entry in it.
  struct Segment: Sendable {
    var header: SegmentHeader
    var file: (any DiskFile)?
    var lastSequence: UInt64
  }

  private var entries: [Waiting] = []
  private var start = 0
  private(set) var bytes = 0
  var segments: [Segment] = []
  var lastSequence: UInt64 = 0
  var finished: UInt64 = 0
  var damaged = 0
  var isClosed = false

  var waiting: ArraySlice<Waiting> { entries[start...] }

  /// The entries after `sequence`, found without looking at those before.
  func waiting(after sequence: UInt64) -> ArraySlice<Waiting> {
    var (low, high) = (start, entries.count)
    while low < high {
      let middle = low + (high - low) / 2
      if entries[middle].sequence <= sequence { low = middle + 1 } else { high = middle }
    }
    return entries[low...]
  }

  mutating func add(_ entry: Waiting) {
    entries.append(entry)
    bytes += entry.length
    lastSequence = max(lastSequence, entry.sequence)
    note(entry.sequence, in: entry.place.segment)
  }

  /// Notes that the segment holds something about that entry.
  mutating func note(_ sequence: UInt64, in segment: UInt32) {
    guard let index = segments.lastIndex(where: { $0.header.number == segment }) else { return }
    segments[index].lastSequence = max(segments[index].lastSequence, sequence)
  }

  /// Forgets the entries up to `sequence`; returns the segments that only held such.
  mutating func finish(through sequence: UInt64, open: UInt32?) -> [UInt32] {
    finished = max(finished, min(sequence, lastSequence))
    while start < entries.count, entries[start].sequence <= finished {
      bytes -= entries[start].length
      start += 1
    }
    if start > 1_024, start * 2 > entries.count {
      entries.removeFirst(start)
      start = 0
    }
    var done: [UInt32] = []
    // The last segment stays: it says where the numbering goes on.
    while segments.count > 1, let first = segments.first, first.lastSequence <= finished,
      first.header.number != open
    {
      done.append(first.header.number)
      segments.removeFirst()
    }
    return done
  }

  /// Forgets the entries that were lost on their way to the disk.
  mutating func lose(_ loss: LogLoss) {
    guard let marks = loss.marks else { return }
    let kept = waiting.filter { !marks.contains($0.mark) }
    bytes = kept.reduce(0) { $0 + $1.length }
    entries = kept
    start = 0
  }

  func segment(_ number: UInt32) -> Segment? { segments.last { $0.header.number == number } }
}
