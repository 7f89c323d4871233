// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Reads bits from bytes, lowest first, as DEFLATE packs them.
struct BitReader {
  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private var held: UInt32 = 0
  private var count: UInt32 = 0

  init(_ bytes: UnsafeRawBufferPointer, from position: Int) {
    self.bytes = bytes
    self.position = position
  }

  /// The first byte that no bit was read of.
  var bytePosition: Int { position }

  mutating func bit() throws(TraceError) -> UInt32 { try bits(1) }

  /// The next `wanted` bits, 13 at most.
  mutating func bits(_ wanted: UInt32) throws(TraceError) -> UInt32 {
    while count < wanted {
      guard position < bytes.count else { throw .truncated }
      held |= UInt32(bytes[position]) << count
      position += 1
      count += 8
    }
    defer {
      held >>= wanted
      count -= wanted
    }
    return held & ((1 << wanted) - 1)
  }

  /// Drops the rest of the byte that was begun, and returns the next `wanted` bytes.
  mutating func alignedBytes(_ wanted: Int) throws(TraceError) -> UnsafeRawBufferPointer {
    (held, count) = (0, 0)
    guard wanted <= bytes.count - position else { throw .truncated }
    defer { position += wanted }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + wanted])
  }
}
