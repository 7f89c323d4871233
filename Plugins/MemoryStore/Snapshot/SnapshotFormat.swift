// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import SegmentedLog
internal import StrataCore

/// The file of a snapshot. All numbers little-endian; version 1 begins with 32 bytes:
///
/// | bytes | what |
/// |---|---|
/// | 8 | magic `STRASNAP` |
/// | 4 | version, 1 |
/// | 4 | zero |
/// | 8 | when it was written, in nanoseconds since 1970 |
/// | 4 | zero |
/// | 4 | CRC-32C of all before |
///
/// Then come records, each with the length of its body (4 bytes), the CRC-32C of the body (4), and
/// the body: length of the key (2), codec (1), schema (8), expiry (8), the key, and the entry as an
/// ``Envelope``. The end is a length of 0xFFFFFFFF, the CRC-32C of the count, and the count of
/// records (8), with nothing behind it.
///
/// A snapshot is all good or no good: what cannot be read to its end brings nothing back.
enum SnapshotFormat {
  static let magic: UInt64 = 0x5041_4E53_4152_5453  // "STRASNAP" in memory
  static let version: UInt32 = 1
  static let headSize = 32
  static let recordHead = 8
  /// What a body holds before the key.
  static let bodyHead = 19
  static let endMark = UInt32.max
  static let longestBody = 1 << 30

  static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { CRC32C.checksum(of: $0) }
  }

  static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  static func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type = Value.self, _ bytes: ArraySlice<UInt8>, at offset: Int
  ) -> Value {
    bytes.withUnsafeBytes { raw in
      Value(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
  }
}

/// One entry as it lies in a snapshot.
struct SnapshotRecord {
  var key: [UInt8]
  var codec: UInt8
  var schema: UInt64
  var expiresAt: Int64
  var envelope: [UInt8]

  var body: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(SnapshotFormat.bodyHead + key.count + envelope.count)
    SnapshotFormat.append(UInt16(clamping: key.count), to: &bytes)
    SnapshotFormat.append(codec, to: &bytes)
    SnapshotFormat.append(schema, to: &bytes)
    SnapshotFormat.append(expiresAt, to: &bytes)
    return bytes + key + envelope
  }
}

extension SnapshotRecord {
  /// The record of a body, or `nil` where its lengths contradict each other.
  init?(body: ArraySlice<UInt8>) {
    guard body.count >= SnapshotFormat.bodyHead else { return nil }
    let keyLength = Int(SnapshotFormat.integer(UInt16.self, body, at: 0))
    let keyStart = body.startIndex + SnapshotFormat.bodyHead
    guard body.endIndex - keyStart >= keyLength else { return nil }
    codec = SnapshotFormat.integer(UInt8.self, body, at: 2)
    schema = SnapshotFormat.integer(UInt64.self, body, at: 3)
    expiresAt = SnapshotFormat.integer(Int64.self, body, at: 11)
    key = Array(body[keyStart..<keyStart + keyLength])
    envelope = Array(body[(keyStart + keyLength)...])
  }
}
