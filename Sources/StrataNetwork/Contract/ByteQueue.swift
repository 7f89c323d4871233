// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A run of bytes with one owner: appended at its end, consumed from its front.
///
/// Consuming moves an index. What remains moves to the front only when room is needed and at least
/// half of the memory is free, so each byte moves a bounded number of times. A queue that has run
/// empty gives back what exceeds ``retainedCapacity``.
public struct ByteQueue: ~Copyable, @unchecked Sendable {
  // Sendable: the memory is reachable through this value alone, and that cannot be copied.

  /// How much memory an empty queue keeps.
  public static let retainedCapacity = 256 << 10

  private var base: UnsafeMutableRawPointer?
  private var start = 0
  private var end = 0
  private var capacity = 0

  /// Creates an empty queue, which holds no memory.
  public init() {}

  deinit { base?.deallocate() }

  /// How many bytes are held.
  public var count: Int { end - start }

  /// Whether no byte is held.
  public var isEmpty: Bool { start == end }

  /// Calls `body` with the bytes held, which are valid during the call only.
  public func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let first = base.map { UnsafeRawPointer($0 + start) }
    return try body(UnsafeRawBufferPointer(start: first, count: count))
  }

  /// Calls `body` with at least `minimum` bytes of room and appends as many as it says it wrote.
  @discardableResult
  public mutating func append<Failure: Error>(
    minimum: Int, _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Int {
    let room = reserve(max(1, minimum))
    let written = try body(UnsafeMutableRawBufferPointer(start: room, count: capacity - end))
    let kept = min(max(0, written), capacity - end)
    end += kept
    return kept
  }

  /// Appends a copy of `bytes`.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    reserve(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    end += bytes.count
  }

  /// Appends a copy of `bytes`.
  public mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

  /// Drops `count` bytes from the front, or all where there are fewer.
  public mutating func consume(_ count: Int) {
    start += min(max(0, count), self.count)
    guard start == end else { return }
    (start, end) = (0, 0)
    if capacity > Self.retainedCapacity { release() }
  }

  /// Drops everything.
  public mutating func removeAll() { consume(count) }

  /// The place of the next byte, with room for at least `minimum`.
  private mutating func reserve(_ minimum: Int) -> UnsafeMutableRawPointer {
    if let base, capacity - end >= minimum { return base + end }
    let count = self.count
    if let base, count <= capacity / 2, capacity - count >= minimum {
      base.copyMemory(from: base + start, byteCount: count)
      (start, end) = (0, count)
      return base + end
    }
    return grow(max(count + minimum, 2 * capacity, 1_024))
  }

  private mutating func grow(_ size: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    let count = self.count
    if let base { memory.copyMemory(from: base + start, byteCount: count) }
    base?.deallocate()
    (base, start, end, capacity) = (memory, 0, count, size)
    return memory + count
  }

  private mutating func release() {
    base?.deallocate()
    (base, capacity) = (nil, 0)
  }
}
