// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// A growing run of bytes with one owner: written at its end, consumed from its front.
///
/// One such buffer receives what a server sends, another holds what is yet to be sent. Memory grows
/// by doubling and only when bytes are really there, so a length that is merely claimed reserves
/// nothing. Consuming is an index; the bytes that remain move to the front only when space is
/// needed, each time at most half of the buffer.
public struct RESPBuffer: ~Copyable {
  private var base: UnsafeMutableRawPointer?
  private var start = 0
  private var end = 0

  /// The number of bytes that the memory now held has room for.
  public private(set) var capacity = 0

  /// An empty buffer; it takes memory with its first byte.
  public init() {}

  deinit { free(base) }

  /// The number of bytes written and not yet consumed.
  public var count: Int { end - start }

  /// Whether every byte written has been consumed.
  public var isEmpty: Bool { start == end }

  /// Where the first live byte lies, for readers of this module; nil before the first write.
  @usableFromInline
  var head: UnsafeRawPointer? { base.map { UnsafeRawPointer($0 + start) } }

  /// Calls `body` with the live bytes, which are valid for the length of the call.
  @inlinable
  public func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: head, count: count))
  }

  /// Calls `body` with at least `minimum` bytes of free space and keeps as many as it says it
  /// wrote.
  ///
  /// - Returns: what `body` returned, held to the size of the space.
  @discardableResult
  public mutating func write<E: Error>(
    minimum: Int, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
  ) throws(E) -> Int {
    let space = reserve(minimum)
    let written = try body(UnsafeMutableRawBufferPointer(start: space, count: capacity - end))
    let kept = min(max(written, 0), capacity - end)
    end += kept
    return kept
  }

  /// Copies `bytes` to the end.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    end += bytes.count
  }

  /// Copies `bytes` to the end.
  public mutating func append(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { append($0) }
  }

  /// Copies `bytes` to the end.
  public mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { append($0) }
  }

  /// Drops `count` bytes from the front; all of them when there are fewer.
  public mutating func consume(_ count: Int) {
    start += min(max(count, 0), self.count)
    guard start == end else { return }
    (start, end) = (0, 0)
    if capacity > Self.retained { release() }
  }

  /// Drops what was written after the first `count` live bytes.
  public mutating func truncate(to count: Int) {
    end = start + min(max(count, 0), self.count)
  }

  /// Overwrites all memory that is not live, so that a consumed password does not linger in it.
  public mutating func eraseConsumed() {
    guard let base else { return }
    memset(base, 0, start)
    memset(base + end, 0, capacity - end)
  }

  /// An empty buffer keeps this much; a rare huge reply must not hold its memory for ever.
  private static var retained: Int { 1 << 20 }

  private mutating func release() {
    free(base)
    (base, capacity) = (nil, 0)
  }
}

extension RESPBuffer {
  /// The place of the next byte, with at least `minimum` bytes of room behind it.
  @inline(__always)
  mutating func reserve(_ minimum: Int) -> UnsafeMutableRawPointer {
    if let base, capacity - end >= minimum { return base + end }
    return makeRoom(max(minimum, 1))
  }

  /// Counts `count` bytes as written that were put behind `reserve`.
  @inline(__always)
  mutating func commit(_ count: Int) { end += count }

  private mutating func makeRoom(_ minimum: Int) -> UnsafeMutableRawPointer {
    let live = count
    if let base, live + minimum <= capacity, live <= capacity / 2 {
      memmove(base, base + start, live)
      (start, end) = (0, live)
      return base + live
    }
    return grow(to: max(end + minimum, capacity * 2, 1024))
  }

  private mutating func grow(to size: Int) -> UnsafeMutableRawPointer {
    // A realloc of a large block moves pages, not bytes: a payload that outgrows the buffer is not
    // copied on its way here.
    guard let grown = realloc(base, size) else { fatalError("out of memory") }
    (base, capacity) = (grown, size)
    return grown + end
  }
}

// Sendable: it has one owner. The memory is reachable only through this value, which cannot be
// copied, so that moving it to another isolation moves the memory with it.
extension RESPBuffer: @unchecked Sendable {}
