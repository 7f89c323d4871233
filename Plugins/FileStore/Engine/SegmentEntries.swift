// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// What a segment holds, from its footer or, where it has none, record by record.
///
/// An older record must not take the place of a damaged one. So a damaged record stands as the
/// removal of its key, as long as digest and key, one flipped bit aside, still agree on whose it
/// was. Where they do not, it stands as a clear of everything older. Behind the last sync mark
/// damage is a write that a crash has torn, nobody was told that it was safe, and nothing is
/// removed.
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
    let header = reader.header
    let scanner = try reader.scan { finding in
      switch finding {
      case .record(let head, let offset, let body):
        let place = LogPlace(segment: header.number, offset: offset)
        if let slot = Self.slot(head, body, place) { slots.append(slot) }
      case .damaged(let head, let offset, let body):
        damaged += 1
        let place = LogPlace(segment: header.number, offset: offset)
        slots += Self.stead(head, body, place, seed: header.word)
      case .gap(let range):
        // Shorter than any record: a damaged sync mark.
        guard range.count >= Self.shortestRecord else { return }
        damaged += 1
        slots.append(Self.clear(LogPlace(segment: header.number, offset: range.lowerBound)))
      }
    }
    let torn = reader.header.marksSyncs ? scanner.syncedEnd : .max
    self.slots = slots.filter { $0.length > 0 || $0.logPlace.offset < torn }
    self.damaged = damaged
    end = scanner.validEnd
    hasFooter = false
  }

  /// A footer that does not describe records one behind the other in its segment is no footer.
  private static func checked(_ slots: [IndexSlot], _ reader: SegmentReader) -> [IndexSlot]? {
    var end = Int64(SegmentHeader.span)
    for slot in slots {
      let place = slot.logPlace
      guard slot.kind == .clear ? slot.digest <= slot.place : slot.digest != 0, slot.kind != nil,
        place.segment == reader.header.number, place.offset >= end,
        slot.length >= shortestRecord, slot.length % 8 == 0
      else { return nil }
      end = place.offset + Int64(slot.length)
    }
    return end <= reader.size ? slots : nil
  }

  private static let shortestRecord = FrameHead.footprint(ofBody: FileRecord.prefix)

  private static func slot(
    _ head: FrameHead, _ body: UnsafeRawBufferPointer, _ place: LogPlace
  ) -> IndexSlot? {
    guard let kind = RecordKind(rawValue: head.kind), let record = FileRecord(head, body) else {
      return nil
    }
    // A clear holds for what stands before it, whatever it says, and no key has the digest 0.
    let digest = kind == .clear ? min(record.digest, place.packed) : record.digest
    guard kind == .clear || digest != 0 else { return nil }
    return IndexSlot(
      digest: digest, version: record.version, place: place, expiry: record.expiry,
      length: head.footprint, kind: kind)
  }

  // MARK: Damage

  /// What stands for a damaged record.
  private static func stead(
    _ head: FrameHead, _ body: UnsafeRawBufferPointer, _ place: LogPlace, seed: UInt64
  ) -> [IndexSlot] {
    guard RecordKind(rawValue: head.kind) != nil else { return [] }
    guard let record = FileRecord(head, body), head.kind != RecordKind.clear.rawValue else {
      return [clear(place)]
    }
    if CRC32C.checksum(of: body) == head.checksum { return [removal(record.digest, place)] }
    if head.kind == RecordKind.tombstone.rawValue {
      return [mendedDigest(body, head.checksum).map { removal($0, place) } ?? clear(place)]
    }
    let end = FileRecord.prefix + record.keyLength
    let hash = KeyHash.hash(
      UnsafeRawBufferPointer(rebasing: body[FileRecord.prefix..<end]), seed: seed)
    if record.keyLength > 0, (record.digest ^ hash).nonzeroBitCount <= 1 {
      return [removal(hash, place)]
    }
    let key = Array(body[FileRecord.prefix..<end])
    return isOneBitFrom(key, record.digest, seed: seed)
      ? [removal(record.digest, place)] : [clear(place)]
  }

  /// The digest of a tombstone of which one bit has flipped: it has no key to compare with.
  private static func mendedDigest(_ body: UnsafeRawBufferPointer, _ checksum: UInt32) -> UInt64? {
    var copy = Array(body.prefix(FileRecord.prefix))
    for bit in 0..<copy.count * 8 {
      copy[bit / 8] ^= 1 << UInt8(bit % 8)
      let digest = copy.withUnsafeBytes { bytes -> UInt64? in
        guard CRC32C.checksum(of: bytes) == checksum else { return nil }
        return bytes.baseAddress?.integer(at: 0)
      }
      if let digest { return digest }
      copy[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    return nil
  }

  /// Whether one flipped bit makes `key` the key of that digest.
  private static func isOneBitFrom(_ key: [UInt8], _ digest: UInt64, seed: UInt64) -> Bool {
    var key = key
    for bit in 0..<key.count * 8 {
      key[bit / 8] ^= 1 << UInt8(bit % 8)
      if key.withUnsafeBytes({ KeyHash.hash($0, seed: seed) }) == digest { return true }
      key[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    return false
  }

  /// Stand-ins have no length, because they are no records.
  private static func removal(_ digest: UInt64, _ place: LogPlace) -> IndexSlot {
    IndexSlot(
      digest: digest, version: 0, place: place, expiry: .distantPast, length: 0,
      kind: .tombstone)
  }

  private static func clear(_ place: LogPlace) -> IndexSlot {
    IndexSlot(
      digest: place.packed, version: 0, place: place, expiry: .distantPast, length: 0,
      kind: .clear)
  }
}
