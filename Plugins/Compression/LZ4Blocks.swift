// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if LZ4
  import CLZ4

  /// LZ4 blocks: no header, no checksum; the envelope has both.
  enum LZ4Blocks {
    static func compress(_ bytes: [UInt8], level: Int?, room: Int) -> [UInt8]? {
      guard let count = Int32(exactly: bytes.count), let capacity = Int32(exactly: room) else {
        return nil
      }
      return filled(room) { target in
        bytes.withUnsafeBytes { source in
          let from = source.baseAddress?.assumingMemoryBound(to: CChar.self)
          let to = target.baseAddress?.assumingMemoryBound(to: CChar.self)
          guard let level else { return Int(LZ4_compress_default(from, to, count, capacity)) }
          return Int(LZ4_compress_HC(from, to, count, capacity, Int32(level)))
        }
      }
    }

    static func unfold(_ bytes: ArraySlice<UInt8>, to size: Int) -> [UInt8]? {
      // No block unfolds to more than 255 times its size: a larger claim is a lie.
      guard let count = Int32(exactly: bytes.count), let capacity = Int32(exactly: size),
        size / 255 <= bytes.count
      else { return nil }
      let plain = filled(size) { target in
        bytes.withUnsafeBytes { source in
          let from = source.baseAddress?.assumingMemoryBound(to: CChar.self)
          let to = target.baseAddress?.assumingMemoryBound(to: CChar.self)
          return Int(LZ4_decompress_safe(from, to, count, capacity))
        }
      }
      return plain?.count == size ? plain : nil
    }

    /// At most `room` bytes, as many as `fill` says it wrote; nothing where it says none.
    private static func filled(
      _ room: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int
    ) -> [UInt8]? {
      let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        count = min(room, max(0, fill(UnsafeMutableRawBufferPointer(buffer))))
      }
      return bytes.isEmpty ? nil : bytes
    }
  }
#endif
