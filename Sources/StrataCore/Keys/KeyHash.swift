// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The hash of key bytes: 64 bits, seeded, multiply-and-fold over 16 bytes a step.
///
/// Folding the 128-bit product of two words is the idea of wyhash and its family; the constants
/// and the tail handling are our own, so values match no other library. Seeded per process it is
/// safe against keys chosen to collide by somebody who sees neither the seed nor timings; it is
/// not a cryptographic hash.
public enum KeyHash {
  @usableFromInline static let first: UInt64 = 0x9E37_79B9_7F4A_7C15
  @usableFromInline static let second: UInt64 = 0xD6E8_FEB8_6659_FD93
  @usableFromInline static let third: UInt64 = 0xA3B1_9535_4A39_B70D

  /// The hash of `bytes` under `seed`. Never 0, which tables use for an empty slot.
  @inlinable public static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
    let count = bytes.count
    var state = fold(seed ^ first, UInt64(truncatingIfNeeded: count) ^ second)
    var offset = 0
    while offset &+ 16 <= count {
      let a = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let b = bytes.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
      state = fold(UInt64(littleEndian: a) ^ third, UInt64(littleEndian: b) ^ state)
      offset &+= 16
    }
    let (low, high) = tail(bytes, from: offset)
    state = fold(low ^ second, high ^ state)
    let result = fold(state ^ first, third)
    return result == 0 ? 1 : result
  }

  /// The last 0...15 bytes as two words.
  @inlinable @inline(__always)
  static func tail(_ bytes: UnsafeRawBufferPointer, from start: Int) -> (UInt64, UInt64) {
    let left = bytes.count &- start
    if left >= 8 {
      let a = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
      let b = bytes.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self)
      return (UInt64(littleEndian: a), UInt64(littleEndian: b))
    }
    if left >= 4 {
      let a = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
      let b = bytes.loadUnaligned(fromByteOffset: bytes.count &- 4, as: UInt32.self)
      return (UInt64(UInt32(littleEndian: a)), UInt64(UInt32(littleEndian: b)))
    }
    if left == 0 { return (0, 0) }
    let a = UInt64(bytes[start]) << 16
    let b = UInt64(bytes[start &+ (left >> 1)]) << 8
    return (a | b | UInt64(bytes[bytes.count &- 1]), 0)
  }

  @inlinable @inline(__always)
  static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
