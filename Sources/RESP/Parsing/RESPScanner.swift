// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Finds where a top-level frame ends, looking at each byte once however the bytes arrive.
///
/// The scanner keeps only counts: how deep it is and how many values each open aggregate still
/// waits for. Everything else stays in the buffer, where it is read again once the frame is whole.
/// So an aggregate that claims a billion values costs nothing until they come.
struct RESPScanner {
  /// An aggregate or streamed string whose end has not been seen.
  private struct Level {
    var type: UInt8
    var isStreamed: Bool
    /// Values still to come; in a streamed aggregate values seen, in a streamed string bytes seen.
    var count: Int
  }

  private var outer: [Level] = []
  private var open: Level?
  private var position = 0
  private var elements = 0
  private var owesValue = false

  /// The length of the frame found, with any attributes before its value.
  private(set) var length = 0
  /// Where the value of the frame found begins; greater than 0 when attributes come first.
  private(set) var origin = 0
  /// The token of the value of the frame found.
  private(set) var token = RESPToken.nothing

  /// Looks for the end of the frame that begins at `base`; false when `count` bytes do not reach
  /// it.
  ///
  /// Call it again with the same bytes and more behind them; after a frame, with the bytes behind
  /// it.
  mutating func scan(
    _ base: UnsafeRawPointer, count: Int, limits: RESPLimits
  ) throws(RESPProtocolError) -> Bool {
    let tokenizer = RESPTokenizer(base: base, end: min(count, limits.frame), limits: limits)
    if position == 0, let next = try tokenizer.token(at: 0), next.isScalar {
      (length, origin, token) = (next.next, 0, next)  // by far the most frequent frame
      return true
    }
    while let next = try tokenizer.token(at: position) {
      if open == nil, next.type != .attribute { (origin, token) = (position, next) }
      position = next.next
      guard try accept(next, limits) else { continue }
      (length, position, elements, owesValue) = (position, 0, 0, false)
      return true
    }
    guard count < limits.frame else { throw .frameTooLong }
    return false
  }

  /// Takes one token in; true when it was the last of the frame.
  @inline(__always)
  private mutating func accept(
    _ token: RESPToken, _ limits: RESPLimits
  ) throws(RESPProtocolError) -> Bool {
    elements += 1
    guard elements <= limits.elements else { throw .tooManyElements }
    if token.isScalar {
      if let open, open.type == .bulkString { throw .misplacedChunk }
      owesValue = false
      return complete()
    }
    return try acceptStructure(token, limits)
  }

  private mutating func acceptStructure(
    _ token: RESPToken, _ limits: RESPLimits
  ) throws(RESPProtocolError) -> Bool {
    if token.type == .chunk { return try acceptChunk(token, limits) }
    if let open, open.type == .bulkString { throw .misplacedChunk }
    if token.type == .end { return try acceptEnd() }
    if token.type == .push, open != nil { throw .misplacedPush }
    owesValue = token.type == .attribute
    guard token.isStreamed || token.value > 0 else {
      return token.type != .attribute && complete()
    }
    try enter(token, limits)
    return false
  }

  private mutating func enter(
    _ token: RESPToken, _ limits: RESPLimits
  ) throws(RESPProtocolError) {
    guard token.length <= limits.elements - elements else { throw .tooManyElements }
    guard outer.count + (open == nil ? 0 : 1) < limits.depth else { throw .tooDeep }
    if let open { outer.append(open) }
    open = Level(
      type: token.type, isStreamed: token.isStreamed, count: max(0, token.length))
  }

  /// Counts one whole value in whatever holds it, and closes what it completes; true at the top.
  @inline(__always)
  private mutating func complete() -> Bool {
    while var level = open {
      level.count += level.isStreamed ? 1 : -1
      guard !level.isStreamed, level.count == 0 else {
        open = level
        return false
      }
      open = outer.popLast()
      guard level.type != .attribute else {
        owesValue = true
        return false
      }
    }
    return true
  }

  private mutating func acceptChunk(
    _ token: RESPToken, _ limits: RESPLimits
  ) throws(RESPProtocolError) -> Bool {
    guard var level = open, level.type == .bulkString else { throw .misplacedChunk }
    level.count += token.length
    guard level.count <= limits.payload else { throw .payloadTooLong }
    open = level
    guard token.length == 0 else { return false }
    open = outer.popLast()
    return complete()
  }

  private mutating func acceptEnd() throws(RESPProtocolError) -> Bool {
    guard let level = open, level.isStreamed else { throw .misplacedEnd }
    guard !owesValue else { throw .danglingAttribute }
    guard level.type != .map || level.count % 2 == 0 else { throw .unpairedKey }
    open = outer.popLast()
    return complete()
  }
}
