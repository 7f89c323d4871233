// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension RESPFrame {
  /// Calls `body` with the payload of a string, error or number, in place; with no bytes for
  /// anything else.
  ///
  /// Only a streamed string is gathered first, because its parts do not lie together.
  @inlinable
  public func withUnsafeBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    guard isStreamed else { return try body(payload) }
    return try gathered().withUnsafeBytes(body)
  }

  /// A copy of the payload of a string, error or number; nil for null and for anything else.
  public var bytes: [UInt8]? {
    guard token.isText else { return nil }
    return token.isStreamed ? gather() : [UInt8](payload)
  }

  /// The payload of a string, error or number as text; nil for null and for anything else.
  ///
  /// Bytes that are not UTF-8 are replaced; `bytes` gives them as they are.
  public var string: String? {
    guard token.isText else { return nil }
    return withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }

  /// The value of an integer, of a string that is one in decimal, or of a boolean as 1 or 0.
  public var integer: Int64? {
    switch kind {
    case .integer, .boolean: token.value
    case .bulkString, .simpleString, .verbatimString, .bigNumber:
      withUnsafeBytes { RESPDecimal.integer($0) }
    default: nil
    }
  }

  /// The value of a double, or of a number or string that is one.
  public var double: Double? {
    switch kind {
    case .integer: Double(token.value)
    case .double, .bulkString, .simpleString, .verbatimString, .bigNumber:
      withUnsafeBytes { RESPDecimal.double($0) }
    default: nil
    }
  }

  /// The value of a boolean, or of the integers 1 and 0 that RESP2 has in its place.
  public var boolean: Bool? {
    guard kind == .boolean || kind == .integer, token.value == 0 || token.value == 1 else {
      return nil
    }
    return token.value == 1
  }

  /// The error that the server answered with, or nil when it is none.
  public var error: RESPError? {
    guard isError, let message = string else { return nil }
    return RESPError(message: message)
  }

  /// Whether this is the status `OK`.
  public var isOK: Bool { kind == .simpleString && holds("OK") }

  /// Whether the payload is `text`, byte for byte.
  public func holds(_ text: StaticString) -> Bool {
    withUnsafeBytes { bytes in
      let other = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
      return bytes.count == other.count && bytes.elementsEqual(other)
    }
  }

  /// The payload in place; a verbatim string's without its format.
  @usableFromInline
  var payload: UnsafeRawBufferPointer {
    let text = token.text(in: base)
    return token.type == .verbatimString
      ? UnsafeRawBufferPointer(rebasing: text.dropFirst(4)) : text
  }

  /// The format of a verbatim string, `txt` or `mkd`; nil for anything else.
  public var format: String? {
    guard token.type == .verbatimString else { return nil }
    let letters = UnsafeRawBufferPointer(start: base + token.start, count: 3)
    return String(decoding: letters, as: UTF8.self)
  }

  var streamedCount: Int {
    var total = 0
    forEachChunk { total += $0.count }
    return total
  }

  @usableFromInline
  var isStreamed: Bool { token.isStreamed }

  @usableFromInline
  func gathered() -> RESPBuffer {
    var buffer = RESPBuffer()
    forEachChunk { buffer.append($0) }
    return buffer
  }

  private func gather() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(streamedCount)
    forEachChunk { bytes.append(contentsOf: $0) }
    return bytes
  }

  private func forEachChunk(_ body: (UnsafeRawBufferPointer) -> Void) {
    guard token.type == .bulkString else { return }
    let reader = RESPReader(base: base, end: end)
    var position = token.next
    while let chunk = reader.token(at: position), chunk.type == .chunk, chunk.length > 0 {
      body(UnsafeRawBufferPointer(start: base + chunk.start, count: chunk.length))
      position = chunk.next
    }
  }
}
