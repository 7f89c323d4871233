// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// What a segment file begins with: sixty-four bytes, twice.
///
/// Without the identity no record can be checked, so one damaged bit here must not cost the whole
/// segment: where the first copy is damaged the second is read.
///
///     0  u64  magic "STRATLOG"
///     8  u16  format version
///    10  u16  kind of log
///    12  u32  segment number
///    16  u64  identity: random, salts every record's check
///    24  i64  creation, nanoseconds since 1970
///    32  u64  the owner's word
///    40  u32  flags: 1 where syncs leave marks
///    44  16 zero bytes
///    60  u32  CRC32C of bytes 0 ..< 60
public struct SegmentHeader: Hashable, Sendable {
  /// The bytes one copy takes.
  static let size = 64
  /// The bytes both copies take: where the first record stands.
  public static let span = 128
  /// The format that this code writes. It reads every older one.
  public static let currentVersion: UInt16 = 1
  static let magic: UInt64 = 0x474F_4C54_4152_5453

  /// The format of the file.
  public var version = SegmentHeader.currentVersion
  /// What log it belongs to.
  public var kind: LogKind
  /// The number in the file's name. Records of a higher number are newer.
  public var number: UInt32
  /// Random, so that no two segments ever take one for the other's bytes.
  public var identity: UInt64
  /// When the segment was started, in nanoseconds since 1970.
  public var created: Int64
  /// Eight bytes at the owner's disposal.
  public var word: UInt64

  /// Whether syncs leave marks in the segment.
  public var marksSyncs: Bool

  /// Creates a header of the current version.
  public init(
    kind: LogKind, number: UInt32, identity: UInt64, created: Int64, word: UInt64,
    marksSyncs: Bool
  ) {
    self.marksSyncs = marksSyncs
    self.kind = kind
    self.number = number
    self.identity = identity
    self.created = created
    self.word = word
  }

  /// Reads the header from the first bytes of a file.
  public init(_ bytes: UnsafeRawBufferPointer) throws(SegmentError) {
    do throws(SegmentError) {
      try self.init(copy: bytes)
    } catch {
      guard error == .damaged || error == .foreign, bytes.count >= Self.span else { throw error }
      let second = UnsafeRawBufferPointer(rebasing: bytes[Self.size..<Self.span])
      guard let header = try? SegmentHeader(copy: second) else { throw error }
      self = header
    }
  }

  private init(copy bytes: UnsafeRawBufferPointer) throws(SegmentError) {
    guard bytes.count >= Self.size, let start = bytes.baseAddress else { throw .damaged }
    guard start.integer(UInt64.self, at: 0) == Self.magic else { throw .foreign }
    let covered = UnsafeRawBufferPointer(start: start, count: 60)
    guard CRC32C.checksum(of: covered) == start.integer(UInt32.self, at: 60) else {
      throw .damaged
    }
    let version = start.integer(UInt16.self, at: 8)
    guard version >= 1, version <= Self.currentVersion else { throw .unknownVersion(version) }
    guard let kind = LogKind(rawValue: start.integer(at: 10)) else { throw .foreign }
    self.init(
      kind: kind, number: start.integer(at: 12), identity: start.integer(at: 16),
      created: start.integer(at: 24), word: start.integer(at: 32),
      marksSyncs: start.integer(UInt32.self, at: 40) & 1 != 0)
    self.version = version
  }

  /// The header as it stands in the file.
  public var bytes: [UInt8] { copy + copy }

  private var copy: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.size) { buffer, count in
      let target = UnsafeMutableRawBufferPointer(buffer)
      count = Self.size
      guard let start = target.baseAddress else { return }
      target.initializeMemory(as: UInt8.self, repeating: 0)
      start.set(Self.magic, at: 0)
      start.set(version, at: 8)
      start.set(kind.rawValue, at: 10)
      start.set(number, at: 12)
      start.set(identity, at: 16)
      start.set(created, at: 24)
      start.set(word, at: 32)
      start.set(UInt32(marksSyncs ? 1 : 0), at: 40)
      start.set(CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: target[0..<60])), at: 60)
    }
  }
}

/// Whose records a segment holds.
public enum LogKind: UInt16, Hashable, Sendable {
  /// A file store's.
  case store = 1
  /// A journal's.
  case journal = 2
}

/// Why a file is not read as a segment.
public enum SegmentError: Error, Hashable, Sendable {
  /// It is no segment of this kind of log.
  case foreign
  /// It was written by a newer version of this code.
  case unknownVersion(UInt16)
  /// Its header or footer does not pass its checksum.
  case damaged
  /// The disk failed.
  case disk(DiskError)
}
