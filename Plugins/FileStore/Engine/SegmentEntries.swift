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
      if record.isWhole {
        if let slot = Self.slot(record, number) { slots.append(slot) }
      } else {
        slots += Self.removals(record, reader.header)
      }
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

  /// What a damaged record may have been of: by its digest, and by the digest of its key.
  private static func removals(
    _ record: SegmentReader.Record, _ header: SegmentHeader
  ) -> [IndexSlot] {
    guard let start = record.body.baseAddress, record.body.count >= 8 else { return [] }
    var digests: Set<UInt64> = [start.integer(at: 0)]
    if let head = record.head, let body = FileRecord(head, record.body), body.keyLength > 0 {
      let end = FileRecord.prefix + body.keyLength
      let key = UnsafeRawBufferPointer(rebasing: record.body[FileRecord.prefix..<end])
      digests.insert(KeyHash.hash(key, seed: header.word))
    }
    let place = LogPlace(segment: header.number, offset: record.offset)
    return digests.filter { $0 != 0 }.map { digest in
      IndexSlot(
        digest: digest, version: 0, place: place, expiry: .distantPast, length: 0,
        kind: .tombstone)
    }
  }
}
