// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A value of the protocol, whole and independent of any buffer.
///
/// The accessors (`bytes`, `string`, `integer`, `pairs` …) bridge what RESP2 and RESP3 spell
/// differently, so that code written against them works with either.
public enum RESPValue: Sendable, Hashable {
  /// No value.
  case null
  /// A short status text such as `OK`.
  case simpleString(String)
  /// A refusal or failure reported by the server.
  case error(RESPError)
  /// A signed integer of 64 bits.
  case integer(Int64)
  /// Bytes: what keys and values are made of.
  case bulkString([UInt8])
  /// A sequence of values.
  case array([RESPValue])
  /// A floating-point number.
  case double(Double)
  /// True or false.
  case boolean(Bool)
  /// An integer of any size, as its decimal digits.
  case bigNumber(String)
  /// Text that says how it is meant to be shown.
  case verbatimString(RESPVerbatimString)
  /// Pairs in the order in which the server sent them.
  case map([RESPPair])
  /// Values without order; as sent, duplicates included.
  case set([RESPValue])
  /// A message that is no reply to anything.
  case push([RESPValue])
  /// A value with what the server said about it; only where attributes were asked for.
  indirect case attributed(RESPValue, attributes: [RESPPair])

  /// The type of the value.
  public var kind: RESPKind {
    switch self {
    case .null: .null
    case .simpleString: .simpleString
    case .error(let error): error.kind
    case .integer: .integer
    case .bulkString: .bulkString
    case .array: .array
    case .double: .double
    case .boolean: .boolean
    case .bigNumber: .bigNumber
    case .verbatimString: .verbatimString
    case .map: .map
    case .set: .set
    case .push: .push
    case .attributed(let value, _): value.kind
    }
  }
}
