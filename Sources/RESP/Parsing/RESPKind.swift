// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The type of a value on the wire; the raw value is the byte it begins with.
public enum RESPKind: UInt8, Sendable, Hashable {
  /// `+`: a short text without line breaks.
  case simpleString = 0x2B
  /// `-`: an error without line breaks.
  case simpleError = 0x2D
  /// `:`: a signed integer of 64 bits.
  case integer = 0x3A
  /// `$`: bytes.
  case bulkString = 0x24
  /// `*`: a sequence of values.
  case array = 0x2A
  /// `_`, `$-1` and `*-1`: no value.
  case null = 0x5F
  /// `,`: a floating-point number.
  case double = 0x2C
  /// `#`: true or false.
  case boolean = 0x23
  /// `!`: an error that may hold any bytes.
  case bulkError = 0x21
  /// `=`: text with a three-letter format.
  case verbatimString = 0x3D
  /// `(`: an integer of any size.
  case bigNumber = 0x28
  /// `%`: pairs of key and value.
  case map = 0x25
  /// `~`: values without order.
  case set = 0x7E
  /// `>`: a message that is no reply.
  case push = 0x3E

  /// Whether the value holds other values.
  public var isAggregate: Bool {
    switch self {
    case .array, .map, .set, .push: true
    default: false
    }
  }

  /// Whether the value is an error, simple or bulk.
  public var isError: Bool { self == .simpleError || self == .bulkError }
}
