// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// What a segment holds, from its footer or, where it has none, record by record.
///
/// A damaged record stands as the removal of the key it claims to be of: an older record of that
/// key must not take its place. If the claim is damaged too, the key is nobody's. Behind the last
/// sync mark, though, damage is a write that a crash has torn, and the older record stands.
struct SegmentEntries {
  /// One slot for each record, in the order of the log.
  var slots: [IndexSlot]
  /// The end of the last record.
  var end: Int64
  /// Whether there was a footer.
  var hasFooter: Bool
  /// How many records are damaged.
  var damaged = 0

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
    var damaged = 0
    let number = reader.header.number
    let scanner = try reader.scan { record in
      if !record.isWhole { damaged += 1 }
      let slot = record.isWhole ? Self.slot(record, number) : Self.removal(record, number)
      if let slot { slots.append(slot) }
    }
    let torn = reader.header.marksSyncs ? scanner.syncedEnd : .max
    self.slots = slots.filter { $0.length > 0 || $0.logPlace.offset < torn }
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
    guard let head = record.head, let kind = RecordKind(rawValue: head.kind),
      let body = FileRecord(head, record.body)
    else { return nil }
    return IndexSlot(
      digest: body.digest, version: body.version,
      place: LogPlace(segment: number, offset: record.offset), expiry: body.expiry,
      length: head.footprint, kind: kind)
  }

  private static func removal(_ record: SegmentReader.Record, _ number: UInt32) -> IndexSlot? {
    guard let start = record.body.baseAddress, record.body.count >= 8 else { return nil }
    let digest: UInt64 = start.integer(at: 0)
    guard digest != 0 else { return nil }
    return IndexSlot(
      digest: digest, version: 0, place: LogPlace(segment: number, offset: record.offset),
      expiry: .distantPast, length: 0, kind: .tombstone)
  }
}
