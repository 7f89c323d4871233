// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// An incremental parser: bytes in, however they are split; complete frames out, seen in place.
///
/// ```swift
/// var parser = RESPParser()
/// parser.receive(minimum: 16_384) { space in read(socket, space.baseAddress, space.count) }
/// while try parser.next() { handle(parser.frame) }
/// ```
///
/// A frame stays in the buffer until the next call that changes the parser, so nothing is copied
/// but what its reader takes. After an error every further call throws the same one.
public struct RESPParser: ~Copyable {
  /// The frame that `next` moved on to, in place; a null when there is none.
  ///
  /// It can be lent to functions but not kept: it lies in the buffer that the next call may change.
  public private(set) var frame = RESPFrame.nothing

  /// What is accepted from the other side.
  public let limits: RESPLimits

  private var buffer = RESPBuffer()
  private var scanner = RESPScanner()
  /// The length of the frame handed out, which still lies at the front of the buffer; 0 when none
  /// does.
  private var taken = 0
  private var failure: RESPProtocolError?

  /// A parser with no bytes in it.
  public init(limits: RESPLimits = RESPLimits()) {
    self.limits = limits
  }

  /// The number of bytes that belong to no frame yet handed out.
  public var buffered: Int { buffer.count - taken }

  /// The number of bytes of memory held.
  public var capacity: Int { buffer.capacity }

  /// Calls `body` with at least `minimum` bytes of space and takes in as many as it says it wrote.
  @discardableResult
  public mutating func receive<E: Error>(
    minimum: Int, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
  ) throws(E) -> Int {
    release()
    return try buffer.write(minimum: minimum, body)
  }

  /// Takes in a copy of `bytes`.
  public mutating func receive(_ bytes: UnsafeRawBufferPointer) {
    release()
    buffer.append(bytes)
  }

  /// Takes in a copy of `bytes`.
  public mutating func receive(_ bytes: [UInt8]) {
    release()
    buffer.append(bytes)
  }

  /// Moves on to the next frame; false when its end has not come.
  public mutating func next() throws(RESPProtocolError) -> Bool {
    release()
    if let failure { throw failure }
    guard let base = buffer.head, !buffer.isEmpty else { return false }
    do throws(RESPProtocolError) {
      guard try scanner.scan(base, count: buffer.count, limits: limits) else { return false }
    } catch {
      failure = error
      throw error
    }
    taken = scanner.length
    frame = RESPFrame(
      base: base, end: scanner.length, attributes: 0, origin: scanner.origin,
      token: scanner.token)
    return true
  }

  @inline(__always)
  private mutating func release() {
    guard taken > 0 else { return }
    buffer.consume(taken)
    taken = 0
    frame = .nothing
  }
}

// Sendable: it has one owner. The frame points into the buffer beside it, and neither can be
// copied, so that moving the parser to another isolation moves both.
extension RESPParser: @unchecked Sendable {}
