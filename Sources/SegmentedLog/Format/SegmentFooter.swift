// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a finished segment ends with: one fixed-size entry for each record, then a trailer.
///
/// The entries are the body of a frame of kind ``FrameHead/footerKind``, so a scan recognises them.
/// The trailer is the last thirty-two bytes of the file:
///
///     0  u64  magic "STRATEND"
///     8  u64  offset of the footer's frame
///    16  u32  bytes of one entry
///    20  u32  number of entries
///    24  u32  zero
///    28  u32  CRC32C of bytes 0 ..< 28, xor the salt of the trailer's place
///
/// A segment without a valid trailer is not lost: its records are scanned.
public struct SegmentFooter: Sendable {
  static let trailerSize = 32
  static let magic: UInt64 = 0x444E_4554_4152_5453

  /// The bytes of one entry.
  public var entrySize: Int
  /// The entries, one behind the other.
  public var entries: [UInt8]

  /// Creates a footer without entries.
  public init(entrySize: Int) {
    self.entrySize = entrySize
    entries = []
  }

  /// The number of entries.
  public var count: Int { entrySize > 0 ? entries.count / entrySize : 0 }

  /// The bytes a footer with `count` entries takes, trailer included.
  static func footprint(entries count: Int) -> Int {
    FrameHead.footprint(ofBody: count) + trailerSize
  }

  /// The footer as it stands at `offset` in the file of the segment with `identity`.
  func bytes(identity: UInt64, at offset: Int64) -> [UInt8] {
    let frame = FrameHead.footprint(ofBody: entries.count)
    return [UInt8](unsafeUninitializedCapacity: frame + Self.trailerSize) { buffer, count in
      let target = UnsafeMutableRawBufferPointer(buffer)
      count = frame + Self.trailerSize
      guard let start = target.baseAddress else { return }
      target.initializeMemory(as: UInt8.self, repeating: 0)
      entries.withUnsafeBytes { body in
        let head = FrameHead(
          kind: FrameHead.footerKind, tag: 0, length: UInt32(truncatingIfNeeded: body.count),
          checksum: CRC32C.checksum(of: body))
        head.write(to: start, salt: FrameHead.salt(identity: identity, offset: offset))
        UnsafeMutableRawBufferPointer(rebasing: target[FrameHead.size...]).copyMemory(from: body)
      }
      let salt = FrameHead.salt(identity: identity, offset: offset + Int64(frame))
      writeTrailer(to: start + frame, frame: offset, salt: salt)
    }
  }

  private func writeTrailer(to target: UnsafeMutableRawPointer, frame: Int64, salt: UInt32) {
    target.set(Self.magic, at: 0)
    target.set(frame, at: 8)
    target.set(UInt32(truncatingIfNeeded: entrySize), at: 16)
    target.set(UInt32(truncatingIfNeeded: count), at: 20)
    let check = CRC32C.checksum(of: UnsafeRawBufferPointer(start: target, count: 28))
    target.set(check ^ salt, at: 28)
  }

  /// Where the trailer at the end of a file of `size` bytes says that the footer's frame stands.
  static func frame(
    ofTrailer bytes: UnsafeRawBufferPointer, identity: UInt64, size: Int64
  ) -> (offset: Int64, entrySize: Int, count: Int)? {
    guard bytes.count == trailerSize, let start = bytes.baseAddress,
      start.integer(UInt64.self, at: 0) == magic
    else { return nil }
    let check = CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: bytes[0..<28]))
    let place = size - Int64(trailerSize)
    let salt = FrameHead.salt(identity: identity, offset: place)
    guard check ^ salt == start.integer(UInt32.self, at: 28) else { return nil }
    let offset = start.integer(Int64.self, at: 8)
    let entrySize = Int(start.integer(UInt32.self, at: 16))
    let count = Int(start.integer(UInt32.self, at: 20))
    guard offset >= SegmentHeader.span, entrySize > 0,
      count <= FrameHead.longestBody / entrySize,
      offset == place - Int64(FrameHead.footprint(ofBody: entrySize * count))
    else { return nil }
    return (offset, entrySize, count)
  }
}
