// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A gzip file (RFC 1952): members of compressed data, one after the other.
enum Gzip {
  /// Whether bytes begin as a gzip file does.
  static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// What all members hold, `limit` bytes at most.
  static func decompressed(_ bytes: [UInt8], limit: Int) throws(TraceError) -> [UInt8] {
    var output: [UInt8] = []
    try bytes.span.withUnsafeBytes { raw throws(TraceError) in
      var position = 0
      while position < raw.count {
        position = try headEnd(raw, from: position)
        var inflater = Inflater(raw, from: position, limit: limit - output.count)
        position = try inflater.run()
        try check(inflater.output, raw, at: position)
        position += 8
        output += inflater.output
      }
    }
    return output
  }

  /// Where the compressed data of the member at `start` begin.
  private static func headEnd(
    _ raw: UnsafeRawBufferPointer, from start: Int
  ) throws(TraceError) -> Int {
    guard raw.count - start >= 18 else { throw .truncated }
    guard raw[start] == 0x1F, raw[start + 1] == 0x8B, raw[start + 2] == 8 else {
      throw .damaged("what follows is no member of a gzip file")
    }
    let flags = raw[start + 3]
    var position = start + 10
    if flags & 4 != 0 {
      position += 2 + (Int(raw[position]) | Int(raw[position + 1]) << 8)
    }
    for text in [UInt8(8), 16] where flags & text != 0 {
      while position < raw.count, raw[position] != 0 { position += 1 }
      position += 1
    }
    if flags & 2 != 0 { position += 2 }
    guard position <= raw.count else { throw .truncated }
    return position
  }

  private static func check(
    _ output: [UInt8], _ raw: UnsafeRawBufferPointer, at position: Int
  ) throws(TraceError) {
    guard raw.count - position >= 8 else { throw .truncated }
    let checksum = UInt32(
      littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    let size = UInt32(
      littleEndian: raw.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self))
    guard CRC32.checksum(of: output[...]) == checksum,
      UInt32(truncatingIfNeeded: output.count) == size
    else { throw .damaged("the checksum does not fit") }
  }
}
