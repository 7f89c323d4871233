// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// Reads one record and makes sure that it is the one the index meant: place, checksum and key.
struct RecordReading {
  /// What stood at the place.
  enum Outcome: Sendable {
    case value([UInt8], expiry: Timestamp)
    /// A whole record, of another key with the same digest.
    case otherKey
    /// Not the record the index meant, or not whole.
    case damaged
  }

  let slot: IndexSlot
  let identity: UInt64
  let key: UnsafeRawBufferPointer

  private var salt: UInt32 { FrameHead.salt(identity: identity, offset: slot.logPlace.offset) }
  private var valueStart: Int { FrameHead.size + FileRecord.prefix + key.count }

  /// Reads the record in one call, into the array that is returned: the value then moves to its
  /// front, which is cheaper than a second buffer.
  func readWhole(_ file: any DiskFile) throws(DiskError) -> Outcome {
    var outcome = Outcome.damaged
    var failure: DiskError?
    var expiry = Timestamp.distantPast
    let value = [UInt8](unsafeUninitializedCapacity: slot.length) { buffer, count in
      count = 0
      do throws(DiskError) {
        let whole = UnsafeMutableRawBufferPointer(buffer)
        let target = UnsafeMutableRawBufferPointer(rebasing: whole[..<slot.length])
        let read = try file.readAll(into: target, at: slot.logPlace.offset)
        switch check(UnsafeRawBufferPointer(rebasing: target[..<read])) {
        case .success(let found):
          expiry = found.expiry
          count = found.value.count
          target.copyMemory(from: UnsafeRawBufferPointer(rebasing: target[found.value]))
          outcome = .value([], expiry: expiry)
        case .failure(let reason): outcome = reason.outcome
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    if case .value = outcome { return .value(value, expiry: expiry) }
    return outcome
  }

  /// Copies the record out of a chunk that is not written yet.
  func copy(from chunk: LogChunk) -> Outcome {
    let start = Int(slot.logPlace.offset - chunk.offset)
    let bytes = chunk.bytes
    guard start >= 0, bytes.count - start >= slot.length else { return .damaged }
    let record = UnsafeRawBufferPointer(rebasing: bytes[start..<start + slot.length])
    switch check(record) {
    case .success(let found):
      return .value(Array(record[found.value]), expiry: found.expiry)
    case .failure(let reason): return reason.outcome
    }
  }

  /// Reads head and key first and then the value straight into the array that is returned.
  func readInPieces(_ file: any DiskFile) throws(DiskError) -> Outcome {
    let offset = slot.logPlace.offset
    let front = try file.bytes(offset..<offset + Int64(valueStart))
    let parsed = front.withUnsafeBytes { bytes in
      head(bytes).flatMap { head in record(head, bytes).map { (head, $0) } }
    }
    switch parsed {
    case .failure(let reason): return reason.outcome
    case .success(let (head, record)):
      let count = Int(head.length) - FileRecord.prefix - key.count
      let start = offset + Int64(valueStart)
      let value = try file.bytes(start..<start + Int64(count))
      let checksum = front.withUnsafeBytes { front in
        let body = UnsafeRawBufferPointer(rebasing: front[FrameHead.size...])
        return value.withUnsafeBytes {
          CRC32C.checksum(of: $0, continuing: CRC32C.checksum(of: body))
        }
      }
      guard value.count == count, checksum == head.checksum else { return .damaged }
      return .value(value, expiry: record.expiry)
    }
  }

  // MARK: Checks

  private enum Fault: Error {
    case otherKey, damaged

    var outcome: Outcome { self == .otherKey ? .otherKey : .damaged }
  }

  private func check(
    _ bytes: UnsafeRawBufferPointer
  ) -> Result<(value: Range<Int>, expiry: Timestamp), Fault> {
    head(bytes).flatMap { head in
      let end = FrameHead.size + Int(head.length)
      guard end <= bytes.count else { return .failure(.damaged) }
      let body = UnsafeRawBufferPointer(rebasing: bytes[FrameHead.size..<end])
      guard CRC32C.checksum(of: body) == head.checksum else { return .failure(.damaged) }
      return record(head, bytes).map { (valueStart..<end, $0.expiry) }
    }
  }

  private func head(_ bytes: UnsafeRawBufferPointer) -> Result<FrameHead, Fault> {
    guard bytes.count >= FrameHead.size, let start = bytes.baseAddress,
      let head = FrameHead(start, salt: salt), head.kind == RecordKind.value.rawValue
    else { return .failure(.damaged) }
    return .success(head)
  }

  private func record(
    _ head: FrameHead, _ bytes: UnsafeRawBufferPointer
  ) -> Result<FileRecord, Fault> {
    let body = UnsafeRawBufferPointer(rebasing: bytes[FrameHead.size...])
    guard let record = FileRecord(head, body), record.digest == slot.digest else {
      return .failure(.damaged)
    }
    guard record.keyLength == key.count else { return .failure(.otherKey) }
    guard body.count >= FileRecord.prefix + key.count else { return .failure(.damaged) }
    let stored = body[FileRecord.prefix..<FileRecord.prefix + key.count]
    let isSame = Self.same(UnsafeRawBufferPointer(rebasing: stored), key)
    return isSame ? .success(record) : .failure(.otherKey)
  }

  /// Whether two runs of the same length are equal, eight bytes at a time.
  private static func same(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool
  {
    var offset = 0
    while offset + 8 <= left.count {
      let a = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      guard a == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self) else { return false }
      offset += 8
    }
    while offset < left.count {
      guard left[offset] == right[offset] else { return false }
      offset += 1
    }
    return true
  }
}
