// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// Where everything that a store writes passes through: the tail, its lock, and the shards.
final class FileAppender: Sendable {
  let catalog: FileCatalog
  let writer: LogWriter

  init(catalog: FileCatalog, writer: LogWriter) {
    self.catalog = catalog
    self.writer = writer
  }

  private var index: FileIndex { catalog.index }

  /// Runs `body` under the tail's lock with the place for a record of `footprint` bytes; also
  /// returns whether the disk has something to do.
  ///
  /// Where too much waits to be written, waits for the disk. `nil` where that does not help.
  func append<Value: Sendable>(
    footprint: Int, _ body: (inout LogTail, LogPlace) -> Value
  ) -> (value: Value, hasWork: Bool)? {
    for _ in 0..<64 {
      let result = writer.tail.withLock { tail -> (Value, Bool)? in
        guard let place = tail.place(footprint: footprint) else { return nil }
        announce(tail.openSegment)
        return (body(&tail, place), tail.hasWork)
      }
      if let result { return result }
      writer.drain()
      if catalog.isFailing(at: catalog.runtime.clock.coarseNow) { return nil }
    }
    return nil
  }

  /// Lets the shards know a segment before a slot points into it.
  private func announce(_ header: SegmentHeader?) {
    guard let header, index.newest != header.number else { return }
    index.publish { table in
      guard table[header.number] == nil else { return table }
      let segment = Segment(header, size: catalog.shape.segmentSize)
      return table.adding(SegmentTable.Entry(segment: segment, file: nil))
    }
  }

  /// Appends a tombstone for `digest` if `isNeeded` says so, having changed the shard as it likes.
  ///
  /// Returns the tombstone's mark. What cannot be written is owed.
  @discardableResult
  func bury(
    _ digest: UInt64, ifNeeded isNeeded: (inout sending FileIndex.Shard) -> sending Bool
  ) -> UInt64? {
    let body = FileRecord(digest: digest, version: 0, expiry: .distantPast, keyLength: 0)
    let result = body.withPrefix { prefix in
      let record = LogRecord(kind: RecordKind.tombstone.rawValue, prefix)
      return append(footprint: record.footprint) { tail, place -> UInt64? in
        guard index.withShard(digest, isNeeded) else { return nil }
        let slot = IndexSlot(
          digest: digest, version: 0, place: place, expiry: .distantPast,
          length: record.footprint, kind: .tombstone)
        return tail.append(record, slot: slot)
      }
    }
    if let result { return result.value }
    index.remove(digest)
    catalog.debts.owe(digest)
    return nil
  }

  /// Appends a clear of `prefix` that holds from its own place on.
  func clear(_ prefix: [UInt8]) -> UInt64? {
    let prefix = Array(prefix.prefix(FileRecord.longestKey))
    return append(footprint: Self.footprint(prefix)) { tail, place in
      catalog.clears.add(prefix, before: place)
      return Self.append(ClearList.Note(prefix: prefix, before: place), at: place, &tail)
    }?.value
  }

  /// Writes down again a clear that holds from an earlier place on.
  func rewrite(_ note: ClearList.Note) {
    let done = append(footprint: Self.footprint(note.prefix)) { tail, place in
      Self.append(note, at: place, &tail)
    }
    if done == nil { catalog.debts.owe(note) }
  }

  /// Writes down the removals that the disk has not been told of, once it works again.
  func repay() {
    guard !catalog.debts.isEmpty, !catalog.isFailing(at: catalog.runtime.clock.coarseNow) else {
      return
    }
    let account = catalog.debts.take()
    if account.all, clear([]) == nil { catalog.debts.oweAll() }
    for digest in account.digests { bury(digest) { $0.table.find(digest) == nil } }
    for note in account.clears { rewrite(note) }
  }

  private static func footprint(_ prefix: [UInt8]) -> Int {
    FrameHead.footprint(ofBody: FileRecord.prefix + prefix.count)
  }

  private static func append(
    _ note: ClearList.Note, at place: LogPlace, _ tail: inout LogTail
  ) -> UInt64 {
    let before = note.before.packed
    let body = FileRecord(
      digest: before, version: 0, expiry: .distantPast, keyLength: note.prefix.count)
    return body.withPrefix { prefix in
      note.prefix.withUnsafeBytes { text in
        let record = LogRecord(
          kind: RecordKind.clear.rawValue, tag: UInt16(text.count), prefix, text)
        let slot = IndexSlot(
          digest: before, version: 0, place: place, expiry: .distantPast,
          length: record.footprint, kind: .clear)
        return tail.append(record, slot: slot)
      }
    }
  }
}

extension LogTail {
  /// Appends a record whose footer entry is `slot`.
  mutating func append(_ record: LogRecord, slot: IndexSlot) -> UInt64 {
    withUnsafeBytes(of: slot) { append(record, entry: $0) }
  }
}
