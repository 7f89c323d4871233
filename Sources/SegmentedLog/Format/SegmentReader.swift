// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Reads a segment file as a whole: its header, its footer, or every record of it.
public struct SegmentReader: Sendable {
  /// How many bytes a scan reads at once.
  static let window = 1 << 20

  /// What a scan shows. Bytes are valid only during the call.
  public enum Finding {
    /// A whole record.
    case record(FrameHead, offset: Int64, body: UnsafeRawBufferPointer)
    /// A record of which either the body is damaged, or the head was and has been mended.
    case damaged(FrameHead, offset: Int64, body: UnsafeRawBufferPointer)
    /// Bytes between records that are no record.
    case gap(Range<Int64>)
  }

  /// The file.
  public let file: any DiskFile
  /// What its first bytes say.
  public let header: SegmentHeader
  /// Its size when it was opened.
  public let size: Int64

  /// Reads the header of `file`, which must belong to a log of the kind `kind`.
  public init(_ file: any DiskFile, kind: LogKind) throws(SegmentError) {
    self.file = file
    let bytes: [UInt8]
    do throws(DiskError) {
      size = try persist { () throws(DiskError) in try file.size }
      bytes = try file.bytes(0..<Int64(SegmentHeader.span))
    } catch {
      throw .disk(error)
    }
    header = try bytes.span.withUnsafeBytes { bytes throws(SegmentError) in
      try SegmentHeader(bytes)
    }
    guard header.kind == kind else { throw .foreign }
  }

  /// The footer, where the file ends with a valid one whose entries have `entrySize` bytes.
  public func footer(entrySize: Int) throws(DiskError) -> SegmentFooter? {
    let trailer = size - Int64(SegmentFooter.trailerSize)
    guard trailer >= SegmentHeader.span else { return nil }
    let bytes = try file.bytes(trailer..<size)
    let found = bytes.withUnsafeBytes {
      SegmentFooter.frame(ofTrailer: $0, identity: header.identity, size: size)
    }
    guard let found, found.entrySize == entrySize else { return nil }
    return try footer(at: found.offset, length: found.count * entrySize, entrySize: entrySize)
  }

  private func footer(
    at offset: Int64, length: Int, entrySize: Int
  ) throws(DiskError) -> SegmentFooter? {
    let start = try file.bytes(offset..<offset + Int64(FrameHead.size))
    guard start.count == FrameHead.size else { return nil }
    let salt = FrameHead.salt(identity: header.identity, offset: offset)
    let head = start.withUnsafeBytes { bytes in
      bytes.baseAddress.flatMap { FrameHead($0, salt: salt) }
    }
    guard let head, head.kind == FrameHead.footerKind, Int(head.length) == length else {
      return nil
    }
    let body = offset + Int64(FrameHead.size)
    let entries = try file.bytes(body..<body + Int64(length))
    guard entries.count == length,
      entries.withUnsafeBytes({ CRC32C.checksum(of: $0) }) == head.checksum
    else { return nil }
    var footer = SegmentFooter(entrySize: entrySize)
    footer.entries = entries
    return footer
  }

  /// Shows `visit` in order what there is; returns the scanner as it stands at the end.
  @discardableResult
  public func scan(
    from offset: Int64 = Int64(SegmentHeader.span), _ visit: (Finding) -> Void
  ) throws(DiskError) -> FrameScanner {
    var scanner = FrameScanner(identity: header.identity, size: size, from: offset)
    var capacity = min(Self.window, Int(max(0, size - offset)))
    var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    defer { buffer.deallocate() }
    var start = offset
    var filled = UnsafeRawBufferPointer(rebasing: buffer[0..<0])
    while true {
      switch scanner.next(in: filled, from: start) {
      case .end: return scanner
      case .frame(let head, let place, let body):
        let bytes = UnsafeRawBufferPointer(rebasing: filled[body])
        visit(.record(head, offset: place, body: bytes))
      case .damaged(let head, let place, let body):
        let bytes = UnsafeRawBufferPointer(rebasing: filled[body])
        visit(.damaged(head, offset: place, body: bytes))
      case .gap(let range): visit(.gap(range))
      case .needs(let count):
        if count > capacity {
          capacity = count
          buffer.deallocate()
          buffer = .allocate(byteCount: capacity, alignment: 16)
        }
        start = scanner.offset
        let read = try file.readAll(into: buffer, at: start)
        guard read >= count else { return scanner }
        filled = UnsafeRawBufferPointer(rebasing: buffer[0..<read])
      }
    }
  }
}
