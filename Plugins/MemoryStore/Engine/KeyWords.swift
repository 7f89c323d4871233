// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A key of at most 16 bytes as two words, or the address of a longer one.
///
/// Up to 3 bytes are packed, 4 to 7 taken as two overlapping 32-bit words, 8 to 16 as two
/// overlapping 64-bit words: so two short keys of one length are equal exactly if both words are,
/// and comparing them costs two instructions. A longer key is a copy on the heap, whose address is
/// in `first`; it is freed with its node.
struct KeyWords: BitwiseCopyable {
  static let shortest = 16
  static let longest = 0xFFFF

  var first: UInt64
  var second: UInt64

  /// The words of a key of at most 16 bytes.
  @inline(__always)
  init(short bytes: UnsafeRawBufferPointer) {
    let count = bytes.count
    second = 0
    if count >= 8 {
      first = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
      second = bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    } else if count >= 4 {
      let low = bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
      let high = bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      first = UInt64(low) | UInt64(high) << 32
    } else {
      first = 0
      for index in 0..<count { first |= UInt64(bytes[index]) << (UInt64(index) * 8) }
    }
  }

  /// The words that a lookup compares: those of a short key, nothing for a long one.
  @inline(__always)
  init(probe bytes: UnsafeRawBufferPointer) {
    if bytes.count <= Self.shortest {
      self.init(short: bytes)
    } else {
      self.init(first: 0)
    }
  }

  @inline(__always)
  private init(first: UInt64) {
    self.first = first
    second = 0
  }

  /// The words to store: a copy on the heap where the key is long.
  init(storing bytes: UnsafeRawBufferPointer) {
    guard bytes.count > Self.shortest else {
      self.init(short: bytes)
      return
    }
    let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 1)
    UnsafeMutableRawBufferPointer(start: copy, count: bytes.count).copyMemory(from: bytes)
    self.init(first: UInt64(UInt(bitPattern: copy)))
  }

  /// Whether these stored words are the key `bytes`, whose own words are `probe`. Lengths are
  /// equal.
  @inline(__always)
  func matches(_ probe: KeyWords, _ bytes: UnsafeRawBufferPointer) -> Bool {
    if bytes.count <= Self.shortest { return first == probe.first && second == probe.second }
    return withBytes(count: bytes.count) { $0.elementsEqual(bytes) }
  }

  /// Runs `body` with the bytes of a stored key.
  func withBytes<Result>(count: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    guard count <= Self.shortest else {
      let start = UnsafeRawPointer(bitPattern: UInt(first))
      return body(UnsafeRawBufferPointer(start: start, count: count))
    }
    return withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { buffer in
      if count >= 8 {
        buffer.storeBytes(of: first, as: UInt64.self)
        buffer.storeBytes(of: second, toByteOffset: count - 8, as: UInt64.self)
      } else if count >= 4 {
        buffer.storeBytes(of: UInt32(truncatingIfNeeded: first), as: UInt32.self)
        let high = UInt32(truncatingIfNeeded: first >> 32)
        buffer.storeBytes(of: high, toByteOffset: count - 4, as: UInt32.self)
      } else {
        buffer.storeBytes(of: first, as: UInt64.self)
      }
      return body(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
    }
  }

  /// Frees the copy of a long key.
  func free(count: Int) {
    if count > Self.shortest { UnsafeMutableRawPointer(bitPattern: UInt(first))?.deallocate() }
  }
}
