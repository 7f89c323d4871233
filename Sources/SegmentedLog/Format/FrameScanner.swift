// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Finds the records in a segment's bytes: a value that is shown windows and says what stands
/// there.
///
/// Where no valid head stands, one flipped bit is mended if the body's checksum then agrees;
/// otherwise it looks on at every eighth byte. So damage costs the records it touches and no more.
/// Four billion tries are needed on average to take chance bytes for a head, and the body's
/// checksum stands behind that.
public struct FrameScanner: Sendable {
  /// What stands at the scanner's offset.
  public enum Found: Sendable {
    /// A whole record: its head, its place, and its body within the window.
    case frame(FrameHead, offset: Int64, body: Range<Int>)
    /// A record of which either the head, which was mended, or the body is damaged.
    case damaged(FrameHead, offset: Int64, body: Range<Int>)
    /// Bytes between records that are no record.
    case gap(Range<Int64>)
    /// A longer window is needed: so many bytes from ``FrameScanner/offset`` on.
    case needs(Int)
    /// There is nothing more: the end of the file, or the footer.
    case end
  }

  /// The place that is looked at next.
  public private(set) var offset: Int64
  /// The end of the last record whose head was whole: what stands behind it can be cut.
  public private(set) var validEnd: Int64
  /// The bytes that belong to no whole record.
  public private(set) var damagedBytes: Int64 = 0
  /// The offset up to which a sync mark says that everything was durable.
  public private(set) var syncedEnd: Int64 = 0
  private let identity: UInt64
  private let end: Int64
  private var gapStart: Int64?

  /// Creates a scanner for the segment with `identity` in a file of `size` bytes.
  public init(identity: UInt64, size: Int64, from offset: Int64 = Int64(SegmentHeader.span)) {
    self.identity = identity
    self.offset = offset
    validEnd = offset
    end = size
  }

  /// What comes next, looked for in `window`, the bytes of the file from `start` on.
  public mutating func next(in window: UnsafeRawBufferPointer, from start: Int64) -> Found {
    while end - offset >= Int64(FrameHead.size) {
      let position = Int(offset - start)
      guard position >= 0, window.count - position >= FrameHead.size,
        let base = window.baseAddress
      else { return .needs(FrameHead.size) }
      let bytes = base + position
      let salt = FrameHead.salt(identity: identity, offset: offset)
      if let head = FrameHead(bytes, salt: salt) {
        if let start = gapStart.take() { return .gap(start..<offset) }
        if head.kind == FrameHead.footerKind { return finish() }
        let found = record(head, in: window, at: position)
        guard head.kind == FrameHead.syncKind else { return found }
        switch found {
        case .frame(_, _, let body) where body.count == 8: note(base + body.lowerBound)
        case .needs, .end: return found
        default: break
        }
      } else if gapStart == nil, let found = mended(bytes, salt, in: window, at: position) {
        return found
      } else {
        gapStart = gapStart ?? offset
        offset += 8
        damagedBytes += 8
      }
    }
    damagedBytes += max(0, end - offset)
    return finish()
  }

  private mutating func note(_ mark: UnsafeRawPointer) {
    let end: Int64 = mark.integer(at: 0)
    if end <= offset { syncedEnd = max(syncedEnd, end) }
  }

  /// The record that stands here if one bit of its head has flipped.
  private mutating func mended(
    _ bytes: UnsafeRawPointer, _ salt: UInt32, in window: UnsafeRawBufferPointer, at position: Int
  ) -> Found? {
    withUnsafeTemporaryAllocation(byteCount: FrameHead.size, alignment: 8) { copy in
      copy.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: FrameHead.size))
      guard let start = copy.baseAddress else { return nil }
      for bit in 0..<FrameHead.size * 8 {
        copy[bit / 8] ^= 1 << UInt8(bit % 8)
        if let head = FrameHead(start, salt: salt), head.kind != FrameHead.footerKind {
          let found = mended(head, in: window, at: position)
          if let found { return found }
        }
        copy[bit / 8] ^= 1 << UInt8(bit % 8)
      }
      return nil
    }
  }

  private mutating func mended(
    _ head: FrameHead, in window: UnsafeRawBufferPointer, at position: Int
  ) -> Found? {
    let before = self
    switch record(head, in: window, at: position) {
    case .frame(let head, let offset, let body):
      return .damaged(head, offset: offset, body: body)
    case .needs(let count): return .needs(count)
    case .damaged, .gap, .end:
      self = before
      return nil
    }
  }

  private mutating func record(
    _ head: FrameHead, in window: UnsafeRawBufferPointer, at position: Int
  ) -> Found {
    let length = FrameHead.size + Int(head.length)
    guard Int64(length) <= end - offset else {
      damagedBytes += end - offset
      return finish()
    }
    guard window.count - position >= length else { return .needs(length) }
    let body = position + FrameHead.size..<position + length
    let place = offset
    // Behind the end of the file where only the padding was cut off: records stand at eights.
    offset += Int64(head.footprint)
    validEnd = offset
    let checksum = CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: window[body]))
    if checksum == head.checksum { return .frame(head, offset: place, body: body) }
    damagedBytes += offset - place
    return .damaged(head, offset: place, body: body)
  }

  private mutating func finish() -> Found {
    offset = end
    return .end
  }
}
