// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import Synchronization

extension Reclaimer {
  /// Writes the record of `slot` again at the end of the log, if the index still points to it.
  /// Returns whether the key needs nothing more.
  func rewrite(_ slot: IndexSlot, _ entry: SegmentTable.Entry) -> Bool {
    guard let file = entry.file,
      let bytes = try? file.bytes(
        slot.logPlace.offset..<slot.logPlace.offset + Int64(slot.length))
    else { return false }
    return bytes.withUnsafeBytes { bytes in
      guard let body = body(of: bytes, slot, identity: entry.segment.header.identity) else {
        return false
      }
      return move(slot, body)
    }
  }

  private func body(
    of bytes: UnsafeRawBufferPointer, _ slot: IndexSlot, identity: UInt64
  ) -> LogRecord? {
    let salt = FrameHead.salt(identity: identity, offset: slot.logPlace.offset)
    guard bytes.count == slot.length, let start = bytes.baseAddress,
      let head = FrameHead(start, salt: salt), head.kind == RecordKind.value.rawValue,
      FrameHead.size + Int(head.length) <= bytes.count
    else { return nil }
    let body = UnsafeRawBufferPointer(start: start + FrameHead.size, count: Int(head.length))
    guard let words = FileRecord(head, body), words.digest == slot.digest else { return nil }
    let end = FileRecord.prefix + words.keyLength
    let key = UnsafeRawBufferPointer(rebasing: body[FileRecord.prefix..<end])
    guard !catalog.clears.covers(key, at: slot.logPlace) else { return nil }
    let record = LogRecord(kind: head.kind, tag: head.tag, body)
    return record.head.checksum == head.checksum ? record : nil
  }

  private func move(_ slot: IndexSlot, _ record: LogRecord) -> Bool {
    let moved = appender.append(footprint: record.footprint) { tail, place -> Bool in
      index.withShard(slot.digest) { shard in
        guard let found = shard.table.find(slot.digest), shard.table[found].place == slot.place
        else { return false }
        let kept = shard.table[found]
        var target = kept.moved(to: place)
        target.heat = kept.heat / 2
        _ = tail.append(record, slot: target)
        shard.set(target, at: found)
        return true
      }
    }
    guard let moved else { return false }
    if moved.value { catalog.counters.rewrittenBytes.add(record.footprint, ordering: .relaxed) }
    return true
  }

  /// Writes a tombstone for a key that is not there.
  func bury(_ digest: UInt64) {
    let mark = appender.bury(digest) { $0.table.find(digest) == nil }
    if mark != nil { catalog.counters.rewrittenBytes.add(Self.tombstone, ordering: .relaxed) }
  }

  private static let tombstone = FrameHead.footprint(ofBody: FileRecord.prefix)
}
