// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import CChecksum

/// The checksum of everything on disk: CRC32C, by the processor's instruction where it has one.
public enum CRC32C {
  /// The checksum of `bytes`, or of what `checksum` covers already with `bytes` behind it.
  @inlinable
  public static func checksum(
    of bytes: UnsafeRawBufferPointer, continuing checksum: UInt32 = 0
  ) -> UInt32 {
    guard let start = bytes.baseAddress else { return checksum }
    return advance(checksum, start, bytes.count)
  }

  @usableFromInline
  static func advance(_ checksum: UInt32, _ start: UnsafeRawPointer, _ count: Int) -> UInt32 {
    strata_crc32c(checksum, start, count)
  }

  /// The checksum by tables alone: slower, the same on every processor.
  public static func checksumByTable(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let start = bytes.baseAddress else { return 0 }
    return strata_crc32c_by_table(0, start, bytes.count)
  }
}
