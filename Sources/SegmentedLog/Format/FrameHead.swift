// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The sixteen bytes before each record of a segment.
///
///     0  u32  check     CRC32C of bytes 4 ..< 16, xor the salt of the place
///     4  u32  checksum  CRC32C of the body
///     8  u32  length    of the body
///    12  u16  kind      the owner's; 0 is never written, 0xFFFF the footer, 0xFFFE a sync mark
///    14  u16  tag       the owner's
///
/// The check covers the checksum, and the checksum the body, so the costly part is computed before
/// the place is known and outside every lock. The salt ties a record to its segment and offset:
/// what a file system shows of an older file, or at another offset, is no record. Head and body
/// are padded with zeros to a multiple of eight bytes.
public struct FrameHead: Hashable, Sendable {
  /// The bytes a head takes.
  public static let size = 16
  /// The kind of the frame that holds a segment's footer.
  public static let footerKind: UInt16 = 0xFFFF
  /// The kind of the frame that says up to which offset, its body, a sync has covered the segment.
  ///
  /// It stands before the first record that follows a sync. Damage before that offset is decay;
  /// damage behind may be a write that a crash has torn, and that nobody was told was safe.
  public static let syncKind: UInt16 = 0xFFFE
  /// The longest body that is read or written.
  public static let longestBody = 1 << 30

  /// What the record is, as its owner counts.
  public var kind: UInt16
  /// Two bytes at the owner's disposal.
  public var tag: UInt16
  /// The length of the body.
  public var length: UInt32
  /// The checksum of the body.
  public var checksum: UInt32

  /// Creates a head.
  @inlinable
  public init(kind: UInt16, tag: UInt16, length: UInt32, checksum: UInt32) {
    self.kind = kind
    self.tag = tag
    self.length = length
    self.checksum = checksum
  }

  /// Reads the sixteen bytes at `bytes`; `nil` where they are no head for that place.
  @inlinable
  public init?(_ bytes: UnsafeRawPointer, salt: UInt32) {
    let check = CRC32C.checksum(of: UnsafeRawBufferPointer(start: bytes + 4, count: 12))
    guard check ^ salt == bytes.integer(UInt32.self, at: 0) else { return nil }
    self.init(
      kind: bytes.integer(at: 12), tag: bytes.integer(at: 14), length: bytes.integer(at: 8),
      checksum: bytes.integer(at: 4))
    guard kind != 0, length <= Self.longestBody else { return nil }
  }

  /// Writes the head to the sixteen bytes at `target`.
  @inlinable
  public func write(to target: UnsafeMutableRawPointer, salt: UInt32) {
    target.set(checksum, at: 4)
    target.set(length, at: 8)
    target.set(kind, at: 12)
    target.set(tag, at: 14)
    let check = CRC32C.checksum(of: UnsafeRawBufferPointer(start: target + 4, count: 12))
    target.set(check ^ salt, at: 0)
  }

  /// The bytes that the record takes in the file, padding included.
  @inlinable public var footprint: Int { Self.footprint(ofBody: Int(length)) }

  /// The bytes that a record with a body of `length` bytes takes in the file.
  @inlinable public static func footprint(ofBody length: Int) -> Int { (size + length + 7) & ~7 }

  /// What ties a record to its place.
  @inlinable public static func salt(identity: UInt64, offset: Int64) -> UInt32 {
    let mixed = (identity ^ UInt64(bitPattern: offset)) &* 0x9E37_79B9_7F4A_7C15
    return UInt32(truncatingIfNeeded: mixed >> 32)
  }
}
