// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// Reads one token at a time from raw bytes; keeps nothing between calls.
///
/// A token that is not complete yet is nil and is read again from its first byte when more has
/// come. That costs little, because only the header (at most 22 bytes) or one line (at most the
/// limit) is looked at twice, never a payload.
struct RESPTokenizer {
  let base: UnsafeRawPointer
  /// The first offset that may not be read.
  let end: Int
  let limits: RESPLimits

  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { base.load(fromByteOffset: offset, as: UInt8.self) }

  /// The token at `offset`, or nil when its last byte has not come.
  @inline(__always)
  func token(at offset: Int) throws(RESPProtocolError) -> RESPToken? {
    guard offset < end else { return nil }
    let type = byte(offset)
    switch type {
    case .bulkString: return try string(type, offset)
    case .array: return try aggregate(type, offset)
    case .integer: return try integer(offset)
    default: return try other(type, offset)
    }
  }

  private func other(_ type: UInt8, _ offset: Int) throws(RESPProtocolError) -> RESPToken? {
    switch type {
    case .simpleString, .simpleError: try line(type, offset)
    case .null, .boolean, .end: try constant(type, offset)
    case .double, .bigNumber: try number(type, offset)
    case .map, .set, .push, .attribute: try aggregate(type, offset)
    case .bulkError, .verbatimString, .chunk: try string(type, offset)
    default: throw .unknownType
    }
  }
}

/// Strings and aggregates: a length, a line break, and for strings a payload.
extension RESPTokenizer {
  private enum Length {
    case number(Int, next: Int)
    case null(next: Int)
    case streamed(next: Int)
    case incomplete
  }

  @inline(__always)
  private func string(_ type: UInt8, _ offset: Int) throws(RESPProtocolError) -> RESPToken? {
    switch try length(offset + 1) {
    case .number(let count, let start):
      return try payload(type, start, count)
    case .null(let next) where type == .bulkString:
      return RESPToken(type: .null, start: next, value: 0, next: next)
    case .streamed(let next) where type == .bulkString:
      return RESPToken(type: type, isStreamed: true, start: next, value: 0, next: next)
    case .incomplete: return nil
    default: throw .malformedLength
    }
  }

  @inline(__always)
  private func payload(
    _ type: UInt8, _ start: Int, _ count: Int
  ) throws(RESPProtocolError) -> RESPToken? {
    guard count <= limits.payload else { throw .payloadTooLong }
    if type == .chunk && count == 0 {  // the last chunk has no payload, not even an empty one
      return RESPToken(type: type, start: start, value: 0, next: start)
    }
    let stop = start + count
    guard stop < limits.frame else { throw .frameTooLong }
    guard stop <= end else { return nil }
    if type == .verbatimString { try checkFormat(start, count) }
    guard let next = try lineBreak(stop) else { return nil }
    return RESPToken(type: type, start: start, value: Int64(count), next: next)
  }

  private func checkFormat(_ start: Int, _ count: Int) throws(RESPProtocolError) {
    guard count >= 4, byte(start + 3) == 0x3A else { throw .malformedVerbatim }
  }

  @inline(__always)
  private func aggregate(_ type: UInt8, _ offset: Int) throws(RESPProtocolError) -> RESPToken? {
    switch try length(offset + 1) {
    case .number(let count, let next):
      guard count <= limits.elements else { throw .tooManyElements }
      let values = type == .map || type == .attribute ? 2 * count : count
      return RESPToken(type: type, start: next, value: Int64(values), next: next)
    case .null(let next) where type == .array:
      return RESPToken(type: .null, start: next, value: 0, next: next)
    case .streamed(let next) where type == .array || type == .map || type == .set:
      return RESPToken(type: type, isStreamed: true, start: next, value: -1, next: next)
    case .incomplete: return nil
    default: throw .malformedLength
    }
  }

  /// The digits between a type byte and the line break.
  ///
  /// Eighteen digits cannot overflow; a longer number exceeds every limit, even if it is all zeros.
  @inline(__always)
  private func length(_ start: Int) throws(RESPProtocolError) -> Length {
    var (offset, value) = (start, 0)
    while offset < end {
      let digit = byte(offset) &- 0x30
      guard digit < 10 else { break }
      value = value &* 10 &+ Int(digit)
      offset += 1
      guard offset - start <= 18 else { throw .malformedLength }
    }
    if offset > start {
      guard let next = try lineBreak(offset, otherwise: .malformedLength) else {
        return .incomplete
      }
      return .number(value, next: next)
    }
    return try specialLength(start)
  }

  private func specialLength(_ start: Int) throws(RESPProtocolError) -> Length {
    guard start < end else { return .incomplete }
    switch byte(start) {
    case UInt8(ascii: "?"):
      return try lineBreak(start + 1, otherwise: .malformedLength).map { .streamed(next: $0) }
        ?? .incomplete
    case UInt8(ascii: "-"):
      guard start + 1 < end else { return .incomplete }
      guard byte(start + 1) == UInt8(ascii: "1") else { throw .malformedLength }
      return try lineBreak(start + 2, otherwise: .malformedLength).map { .null(next: $0) }
        ?? .incomplete
    default: throw .malformedLength
    }
  }

  /// The offset after the line break that must be at `offset`, or nil when it has not come.
  @inline(__always)
  private func lineBreak(
    _ offset: Int, otherwise error: RESPProtocolError = .missingTerminator
  ) throws(RESPProtocolError) -> Int? {
    guard offset + 1 < end else {
      if offset < end, byte(offset) != .carriageReturn { throw error }
      return nil
    }
    guard byte(offset) == .carriageReturn else { throw error }
    guard byte(offset + 1) == .lineFeed else { throw .missingTerminator }
    return offset + 2
  }
}

/// Values that are one line.
extension RESPTokenizer {
  private func line(_ type: UInt8, _ offset: Int) throws(RESPProtocolError) -> RESPToken? {
    let start = offset + 1
    let window = min(end - start, limits.line + 1)
    guard window > 0, let found = memchr(base + start, 0x0D, window) else {
      try refuseLineFeed(start, min(window, limits.line))
      guard window <= limits.line else { throw .lineTooLong }
      return nil
    }
    let length = UnsafeRawPointer(found) - (base + start)
    try refuseLineFeed(start, length)
    guard let next = try lineBreak(start + length) else { return nil }
    return RESPToken(type: type, start: start, value: Int64(length), next: next)
  }

  /// A lone line feed would be read by some as the end of the line and by others as a part of it.
  private func refuseLineFeed(_ start: Int, _ count: Int) throws(RESPProtocolError) {
    if count > 0, memchr(base + start, 0x0A, count) != nil { throw .missingTerminator }
  }

  private func constant(_ type: UInt8, _ offset: Int) throws(RESPProtocolError) -> RESPToken? {
    guard type == .boolean else {
      guard let next = try lineBreak(offset + 1, otherwise: .malformedConstant) else { return nil }
      return RESPToken(type: type, start: offset + 1, value: 0, next: next)
    }
    guard offset + 1 < end else { return nil }
    let letter = byte(offset + 1)
    guard letter == UInt8(ascii: "t") || letter == UInt8(ascii: "f") else {
      throw .malformedConstant
    }
    guard let next = try lineBreak(offset + 2, otherwise: .malformedConstant) else { return nil }
    return RESPToken(
      type: type, start: offset + 1, value: letter == UInt8(ascii: "t") ? 1 : 0, next: next)
  }

  private func integer(_ offset: Int) throws(RESPProtocolError) -> RESPToken? {
    let window = UnsafeRawBufferPointer(start: base + offset + 1, count: end - offset - 1)
    let number = RESPDecimal.prefix(of: window)
    guard number.isInRange else { throw .malformedNumber }
    guard offset + 1 + number.length < end else { return nil }
    guard number.hasDigits else { throw .malformedNumber }
    guard let next = try lineBreak(offset + 1 + number.length, otherwise: .malformedNumber) else {
      return nil
    }
    return RESPToken(type: .integer, start: offset + 1, value: number.value, next: next)
  }

  private func number(_ type: UInt8, _ offset: Int) throws(RESPProtocolError) -> RESPToken? {
    guard let token = try line(type, offset) else { return nil }
    let text = UnsafeRawBufferPointer(start: base + token.start, count: token.length)
    let isNumber = type == .double ? RESPDecimal.isDouble(text) : RESPDecimal.isInteger(text)
    guard isNumber else { throw .malformedNumber }
    return token
  }
}
