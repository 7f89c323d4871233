// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// Writes blocks of bytes, each behind sixteen bytes: length, checksum, zero.
struct BlockWriter {
  let file: any DiskFile
  private var offset: Int64 = 0

  init(file: any DiskFile) { self.file = file }

  mutating func write(_ bytes: [UInt8]) throws(DiskError) {
    let checksum = bytes.withUnsafeBytes { CRC32C.checksum(of: $0) }
    try file.writeAll(Self.bytes(of: [UInt64(bytes.count), UInt64(checksum)]), at: offset)
    try file.writeAll(bytes, at: offset + 16)
    offset += 16 + Int64(bytes.count)
  }

  mutating func write(words: [UInt64]) throws(DiskError) { try write(Self.bytes(of: words)) }

  static func bytes(of words: [UInt64]) -> [UInt8] {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  }
}

/// Reads what a ``BlockWriter`` wrote; `nil` from the first block that is not whole.
struct BlockReader {
  /// The longest block that is read.
  private static let longest: UInt64 = 1 << 32

  let file: any DiskFile
  private var offset: Int64 = 0
  private let size: Int64

  init(file: any DiskFile) {
    self.file = file
    size = (try? file.size) ?? 0
  }

  mutating func block() -> [UInt8]? {
    guard let head = try? file.bytes(offset..<offset + 16), head.count == 16 else { return nil }
    let (length, checksum) = head.withUnsafeBytes { head in
      (
        UInt64(littleEndian: head.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
        UInt64(littleEndian: head.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
    let start = offset + 16
    guard length <= Self.longest, start + Int64(length) <= size,
      let bytes = try? file.bytes(start..<start + Int64(length)), bytes.count == Int(length),
      bytes.withUnsafeBytes({ UInt64(CRC32C.checksum(of: $0)) }) == checksum
    else { return nil }
    offset = start + Int64(length)
    return bytes
  }

  mutating func words() -> [UInt64]? {
    guard let bytes = block(), bytes.count % 8 == 0 else { return nil }
    return bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 8).map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
      }
    }
  }
}
