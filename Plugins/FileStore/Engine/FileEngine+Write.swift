// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import Synchronization

/// What became of a write.
enum PutResult: Sendable, Hashable {
  /// It is in the log, under this mark, and every read sees it.
  case stored(mark: UInt64)
  /// It is not, and what was there before is.
  case refused(RefusalReason)
  /// It is not, because the disk is failing, and what was there before is gone.
  case unavailable
}

extension FileEngine {
  /// Stores `value` for `key`, unless a newer version of the same issuer is there or `permits` says
  /// no in the critical section.
  func put(
    _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
    expiry: Timestamp = .distantFuture, version: Version? = nil, permits: () -> Bool = { true }
  ) -> PutResult {
    let length = FrameHead.footprint(ofBody: FileRecord.prefix + key.count + value.count)
    guard key.count <= FileRecord.longestKey, value.count <= shape.largestValue,
      length <= shape.longestRecord
    else { return .refused(.tooLarge) }
    let digest = KeyHash.hash(key, seed: seed)
    guard isAvailable else { return decline(digest, permits) }
    let body = FileRecord(
      digest: digest, version: version?.rawValue ?? 0, expiry: expiry, keyLength: key.count)
    let result = body.withPrefix { prefix in
      let record = LogRecord(
        kind: RecordKind.value.rawValue, tag: UInt16(key.count), prefix, key, value)
      return append(record, body, key, version, permits)
    }
    if case .unavailable = result { return decline(digest, permits) }
    return result
  }

  /// Removes `key`; returns the mark of the tombstone, if one was needed.
  @discardableResult
  func remove(_ key: UnsafeRawBufferPointer) -> UInt64? {
    let digest = KeyHash.hash(key, seed: seed)
    guard isAvailable else {
      if index.remove(digest) { catalog.debts.owe(digest) }
      return nil
    }
    let mark = appender.bury(digest) { shard in
      guard let index = shard.table.find(digest) else { return false }
      shard.forget(index)
      return true
    }
    work()
    return mark
  }

  /// Removes every key that begins with `prefix`; returns the mark of the note.
  @discardableResult
  func clear(_ prefix: [UInt8]) -> UInt64? {
    let mark = isAvailable ? appender.clear(prefix) : nil
    if mark == nil {
      // A clear that cannot be written down: everything goes, which is always allowed.
      index.forEachShard { _, shard in shard.forgetAll() }
      catalog.debts.oweAll()
    }
    work()
    return mark
  }

  // MARK: The critical section

  private func append(
    _ record: LogRecord, _ body: FileRecord, _ key: UnsafeRawBufferPointer, _ version: Version?,
    _ permits: () -> Bool
  ) -> PutResult {
    let result = appender.append(footprint: record.footprint) { tail, place in
      index.withShard(body.digest) { shard -> PutResult in
        let found = shard.table.find(body.digest)
        if let found, let version, isNewer(shard.table[found], than: version, key) {
          return .refused(.older)
        }
        guard permits() else { return .refused(.leaseRevoked) }
        let slot = IndexSlot(
          digest: body.digest, version: body.version, place: place, expiry: body.expiry,
          length: record.footprint, kind: .value)
        let mark = tail.append(record, slot: slot)
        shard.set(slot, at: found)
        return .stored(mark: mark)
      }
    }
    guard let result else { return .unavailable }
    if case .stored = result.value {
      catalog.counters.writtenBytes.add(record.footprint, ordering: .relaxed)
    }
    if result.hasWork { work() }
    return result.value
  }

  private func isNewer(
    _ slot: IndexSlot, than version: Version, _ key: UnsafeRawBufferPointer
  ) -> Bool {
    version.isOlder(than: Version(rawValue: slot.version))
      && !catalog.clears.covers(key, at: slot.logPlace)
      && !slot.isExpired(at: catalog.runtime.clock.coarseNow)
  }

  // MARK: Failing disks

  private var isAvailable: Bool {
    if catalog.isFailing(at: catalog.runtime.clock.coarseNow) { return false }
    if !catalog.debts.isEmpty { appender.repay() }
    return true
  }

  /// What is there is older than what could not be stored, so it goes too.
  private func decline(_ digest: UInt64, _ permits: () -> Bool) -> PutResult {
    catalog.counters.unavailable.add(1, ordering: .relaxed)
    guard permits() else { return .refused(.leaseRevoked) }
    if index.remove(digest) { catalog.debts.owe(digest) }
    return .unavailable
  }
}
