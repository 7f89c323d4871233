// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a journal segment's footer says of one record: sixteen bytes.
///
///      0  u64  number of the entry, or of the last finished one
///      8  u32  offset of the head in units of eight bytes
///     12  u32  bits 0..<31 length of the record, 31 whether it is an entry
struct JournalSlot: BitwiseCopyable, Sendable {
  static let size = 16

  let sequence: UInt64
  private let eighths: UInt32
  private let bits: UInt32

  init(_ sequence: UInt64, _ place: LogPlace, _ length: Int, isEntry: Bool) {
    self.sequence = sequence.littleEndian
    eighths = UInt32(truncatingIfNeeded: place.packed).littleEndian
    let entryBit: UInt32 = isEntry ? 1 << 31 : 0
    bits = (UInt32(truncatingIfNeeded: length) & 0x7FFF_FFFF | entryBit).littleEndian
  }

  var offset: Int64 { Int64(UInt32(littleEndian: eighths)) << 3 }
  var length: Int { Int(UInt32(littleEndian: bits) & 0x7FFF_FFFF) }
  var isEntry: Bool { UInt32(littleEndian: bits) >> 31 == 1 }
}

extension LogTail {
  /// Appends a record whose footer entry is `slot`.
  @discardableResult
  mutating func append(_ record: LogRecord, entry slot: JournalSlot) -> UInt64 {
    withUnsafeBytes(of: slot) { append(record, entry: $0) }
  }
}
