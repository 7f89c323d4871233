// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(FoundationEssentials)
  private import FoundationEssentials
#else
  private import Foundation
#endif
public import StrataCore

/// JSON, for stores that other programs read too, and for looking at what is stored.
///
/// Foundation's coder with settings that lose nothing: dates are seconds as in memory, data is
/// base 64, infinities and not-a-number are text, object keys are sorted so that equal values give
/// equal bytes. Fields that a type does not know are ignored and optional ones may be missing; the
/// fingerprint stored beside the payload is what makes a changed type a miss.
public struct JSONCodec: PayloadCodec {
  /// The name in YAML.
  public static let id = "json"

  /// The number stored with payloads of this form.
  public static let formatNumber: UInt8 = 2

  private let encoder = JSONEncoder()
  private let decoder = JSONDecoder()

  /// Creates the codec.
  public init() {
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  }

  /// The payload of `value`.
  public func encode<Value: Encodable & Sendable>(_ value: Value) throws -> [UInt8] {
    Array(try encoder.encode(value))
  }

  /// The value in a payload.
  public func decode<Value: Decodable & Sendable>(
    _ type: Value.Type, from bytes: UnsafeRawBufferPointer
  ) throws -> Value {
    try decoder.decode(type, from: Data(bytes))
  }
}
