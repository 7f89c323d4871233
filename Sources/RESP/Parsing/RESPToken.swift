// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One element of the wire format: a whole scalar, or the header of something that holds others.
///
/// Offsets count from the pointer that the token was read from, so a token stays right when the
/// buffer moves.
struct RESPToken {
  /// The type byte; all three spellings of null are `_`.
  var type: UInt8
  /// Whether the length was `?`: chunks or elements follow until an end mark.
  var isStreamed = false
  /// Where the payload begins.
  var start: Int
  /// An integer's value, a string's length, or the number of values that an aggregate holds (two
  /// per pair).
  var value: Int64
  /// Where the next token begins.
  var next: Int

  var length: Int { Int(truncatingIfNeeded: value) }

  /// The public type; a chunk, an end mark and an attribute never reach anyone who asks.
  var kind: RESPKind { RESPKind(rawValue: type) ?? .null }

  /// Whether other values belong to this one.
  var isAggregate: Bool {
    switch type {
    case .array, .map, .set, .push, .attribute: true
    default: false
    }
  }

  /// Whether the token is a whole value by itself.
  @inline(__always)
  var isScalar: Bool {
    switch type {
    case .bulkString: !isStreamed
    case .array, .map, .set, .push, .attribute, .chunk, .end: false
    default: true
    }
  }

  /// Whether the value is some bytes: a string of any kind, an error, or a number that is not an
  /// integer.
  @inline(__always)
  var isText: Bool {
    switch type {
    case .bulkString, .simpleString, .simpleError, .bulkError, .verbatimString, .double,
      .bigNumber:
      true
    default: false
    }
  }

  /// The bytes of a text that is not streamed; none for anything else.
  @inline(__always)
  func text(in base: UnsafeRawPointer) -> UnsafeRawBufferPointer {
    guard isText, !isStreamed else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(start: base + start, count: length)
  }

  /// A null that lies nowhere.
  static let nothing = RESPToken(type: .null, start: 0, value: 0, next: 0)
}

/// The bytes that types begin with, by name.
extension UInt8 {
  static var simpleString: UInt8 { 0x2B }
  static var simpleError: UInt8 { 0x2D }
  static var integer: UInt8 { 0x3A }
  static var bulkString: UInt8 { 0x24 }
  static var array: UInt8 { 0x2A }
  static var null: UInt8 { 0x5F }
  static var double: UInt8 { 0x2C }
  static var boolean: UInt8 { 0x23 }
  static var bulkError: UInt8 { 0x21 }
  static var verbatimString: UInt8 { 0x3D }
  static var bigNumber: UInt8 { 0x28 }
  static var map: UInt8 { 0x25 }
  static var set: UInt8 { 0x7E }
  static var push: UInt8 { 0x3E }
  static var attribute: UInt8 { 0x7C }
  static var chunk: UInt8 { 0x3B }
  static var end: UInt8 { 0x2E }

  static var carriageReturn: UInt8 { 0x0D }
  static var lineFeed: UInt8 { 0x0A }
}
