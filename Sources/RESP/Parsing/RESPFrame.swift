// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A value seen where it lies in the receive buffer: a whole reply, or one value within it.
///
/// A frame is read, never kept. It cannot be copied and is only ever lent, so the compiler refuses
/// code that would hold it longer than the bytes beneath it. Reading costs no allocation except for
/// what is taken out, and a payload that is taken is copied once.
public struct RESPFrame: ~Copyable {
  let base: UnsafeRawPointer
  /// The end of the top-level frame that this value is a part of.
  let end: Int
  /// Where the attributes before the value begin; equal to `origin` when there are none.
  let attributes: Int
  /// Where the value's token begins.
  let origin: Int
  let token: RESPToken

  init(base: UnsafeRawPointer, end: Int, attributes: Int, origin: Int, token: RESPToken) {
    self.base = base
    self.end = end
    self.attributes = attributes
    self.origin = origin
    self.token = token
  }

  /// The type of the value.
  public var kind: RESPKind { token.kind }

  /// Whether there is no value, in any of the three spellings.
  public var isNull: Bool { token.type == .null }

  /// Whether the value is an error.
  public var isError: Bool { token.type == .simpleError || token.type == .bulkError }

  /// Whether the server attached attributes to the value.
  public var hasAttributes: Bool { attributes < origin }

  /// The number of values in an aggregate (a pair in a map counts as two), or of bytes in a string.
  ///
  /// Streamed ones do not say it beforehand; for them it is counted.
  public var count: Int {
    guard token.isStreamed else { return countsSomething ? token.length : 0 }
    if token.type == .bulkString { return streamedCount }
    var elements = cursor
    var count = 0
    while elements.advance() { count += 1 }
    return count
  }

  private var countsSomething: Bool {
    switch token.type {
    case .null, .integer, .boolean: false
    default: true
    }
  }

  /// Reads the values of an aggregate in order; anything else has none.
  @inlinable
  public func withElements<R, E: Error>(
    _ body: (inout RESPCursor) throws(E) -> R
  ) throws(E) -> R {
    var cursor = cursor
    return try body(&cursor)
  }

  /// Calls `body` with each value of an aggregate; in a map with key, value, key, value.
  @inlinable
  public func forEach<E: Error>(
    _ body: (borrowing RESPFrame) throws(E) -> Void
  ) throws(E) {
    var cursor = cursor
    while cursor.advance() { try body(cursor.element) }
  }

  /// Calls `body` with the attributes before the value: key, value, key, value.
  public func forEachAttribute<E: Error>(
    _ body: (borrowing RESPFrame) throws(E) -> Void
  ) throws(E) {
    let reader = RESPReader(base: base, end: origin)
    var position = attributes
    while let token = reader.token(at: position), token.type == .attribute {
      var cursor = RESPCursor(
        base: base, end: end, position: token.next, remaining: token.length)
      while cursor.advance() { try body(cursor.element) }
      position = reader.skip(token)
    }
  }

  /// The value with all that it holds, copied out of the buffer.
  ///
  /// - Parameter keepingAttributes: whether attributes become a part of the values they precede;
  ///   they are dropped by default, because hardly anyone expects a value wrapped in another.
  public func value(keepingAttributes: Bool = false) -> RESPValue {
    var decoder = RESPDecoder(
      base: base, end: end, position: attributes, keepsAttributes: keepingAttributes)
    return decoder.value()
  }

  /// What there is to read when there is nothing.
  static var nothing: RESPFrame {
    RESPFrame(base: emptiness, end: 0, attributes: 0, origin: 0, token: .nothing)
  }

  /// An address to point at that is never read.
  private static var emptiness: UnsafeRawPointer {
    let nowhere: StaticString = "_"
    return UnsafeRawPointer(nowhere.utf8Start)
  }

  @usableFromInline
  var cursor: RESPCursor {
    guard token.isAggregate else {
      return RESPCursor(base: base, end: end, position: end, remaining: 0)
    }
    return RESPCursor(base: base, end: end, position: token.next, remaining: token.length)
  }
}
