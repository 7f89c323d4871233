// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A place within an aggregate, moving from value to value without allocating.
///
/// ```swift
/// let (cursor, keys) = reply.withElements { elements in
///   (elements.next { $0.integer } ?? nil, elements.next { keys in … })
/// }
/// ```
public struct RESPCursor: ~Copyable {
  private let reader: RESPReader
  private let base: UnsafeRawPointer
  private let end: Int
  private var position: Int
  /// Values still to come; negative in a streamed aggregate, whose end is a mark.
  private var remaining: Int

  private var attributes = 0
  private var origin = 0
  private var token = RESPToken.nothing

  init(base: UnsafeRawPointer, end: Int, position: Int, remaining: Int) {
    reader = RESPReader(base: base, end: end)
    self.base = base
    self.end = end
    self.position = position
    self.remaining = remaining
  }

  /// Calls `body` with the next value and moves behind it; nil when there is none.
  @inlinable
  public mutating func next<R, E: Error>(
    _ body: (borrowing RESPFrame) throws(E) -> R
  ) throws(E) -> R? {
    guard advance() else { return nil }
    return try body(element)
  }

  /// Moves behind the next value without looking at it; false when there is none.
  @discardableResult
  public mutating func skip() -> Bool { advance() }

  /// The value that `advance` moved behind.
  @usableFromInline
  var element: RESPFrame {
    RESPFrame(base: base, end: end, attributes: attributes, origin: origin, token: token)
  }

  @usableFromInline
  mutating func advance() -> Bool {
    guard remaining != 0 else { return false }
    attributes = position
    guard let next = nextToken(), next.type != .end else {
      remaining = 0
      return false
    }
    (origin, token) = (position, next)
    position = reader.skip(next)
    remaining -= 1
    return true
  }

  /// The token of the next value, with the position moved over any attributes before it.
  private mutating func nextToken() -> RESPToken? {
    while let token = reader.token(at: position) {
      guard token.type == .attribute else { return token }
      position = reader.skip(token)
    }
    return nil
  }
}
