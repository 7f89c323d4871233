// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Finds the records in a segment's bytes: a value that is shown windows and says what stands there.
///
/// Where no valid head stands it looks on at every eighth byte, so damage costs the records it
/// touches and no more. A valid head is believed even where its body is damaged: the body's length
/// is covered by the head's own check. Four billion tries are needed on average to take chance
/// bytes for a head, and the body's checksum stands behind that.
public struct FrameScanner: Sendable {
  /// What stands at the scanner's offset.
  public enum Found: Sendable {
    /// A whole record: its head, its place, and its body within the window.
    case frame(FrameHead, offset: Int64, body: Range<Int>)
    /// A record whose head is whole and whose body is not.
    case damaged(FrameHead, offset: Int64, body: Range<Int>)
    /// A place where a head should stand and none does; what would be the first bytes of the body.
    case gap(offset: Int64, body: Range<Int>)
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
  private var isInGap = false

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
      let salt = FrameHead.salt(identity: identity, offset: offset)
      guard let head = FrameHead(base + position, salt: salt) else {
        if !isInGap, end - offset >= Int64(Self.gapReach) {
          guard window.count - position >= Self.gapReach else { return .needs(Self.gapReach) }
          return enterGap(at: position)
        }
        offset += 8
        damagedBytes += 8
        continue
      }
      isInGap = false
      if head.kind == FrameHead.footerKind { return finish() }
      let found = record(head, in: window, at: position)
      guard head.kind == FrameHead.syncKind else { return found }
      switch found {
      case .frame(_, _, let body) where body.count == 8: note(base + body.lowerBound)
      case .needs, .end: return found
      default: break
      }
    }
    damagedBytes += max(0, end - offset)
    return finish()
  }

  private mutating func note(_ mark: UnsafeRawPointer) {
    let end: Int64 = mark.integer(at: 0)
    if end <= offset { syncedEnd = max(syncedEnd, end) }
  }

  /// How far into a gap is looked: a head and the first word of a body.
  private static let gapReach = FrameHead.size + 8

  private mutating func enterGap(at position: Int) -> Found {
    isInGap = true
    defer {
      offset += 8
      damagedBytes += 8
    }
    return .gap(offset: offset, body: position + FrameHead.size..<position + Self.gapReach)
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
    offset = min(end, offset + Int64(head.footprint))
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
