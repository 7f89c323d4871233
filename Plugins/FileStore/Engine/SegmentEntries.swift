// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// What a segment holds, from its footer or, where it has none, record by record.
struct SegmentEntries {
  /// One slot for each record, in the order of the log.
  var slots: [IndexSlot]
  /// The end of the last record.
  var end: Int64
  /// Whether there was a footer.
  var hasFooter: Bool
  /// The digests, as far as readable, of records whose body is damaged.
  var damaged: [UInt64] = []

  /// Reads the entries of the segment behind `reader`.
  init(_ reader: SegmentReader) throws(DiskError) {
    if let footer = try reader.footer(entrySize: IndexSlot.size),
      let slots = Self.checked(IndexSlot.slots(in: footer.entries), reader)
    {
      self.slots = slots
      end = slots.last.map { $0.logPlace.offset + Int64($0.length) } ?? Int64(SegmentHeader.span)
      hasFooter = true
      return
    }
    var slots: [IndexSlot] = []
    var damaged: [UInt64] = []
    let number = reader.header.number
    let scanner = try reader.scan { record in
      if record.isWhole {
        if let slot = Self.slot(record, number) { slots.append(slot) }
      } else if let start = record.body.baseAddress, record.body.count >= 8 {
        damaged.append(start.integer(at: 0))
      }
    }
    self.slots = slots
    self.damaged = damaged
    end = scanner.validEnd
    hasFooter = false
  }

  /// A footer that points outside its segment is no footer.
  private static func checked(_ slots: [IndexSlot], _ reader: SegmentReader) -> [IndexSlot]? {
    let isSound = slots.allSatisfy { slot in
      slot.kind != nil && slot.logPlace.segment == reader.header.number
        && slot.logPlace.offset >= Int64(SegmentHeader.span)
        && slot.logPlace.offset + Int64(slot.length) <= reader.size
    }
    return isSound ? slots : nil
  }

  private static func slot(_ record: SegmentReader.Record, _ number: UInt32) -> IndexSlot? {
    guard let kind = RecordKind(rawValue: record.head.kind),
      let body = FileRecord(record.head, record.body)
    else { return nil }
    return IndexSlot(
      digest: body.digest, version: body.version,
      place: LogPlace(segment: number, offset: record.offset), expiry: body.expiry,
      length: record.head.footprint, kind: kind)
  }
}
