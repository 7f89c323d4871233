// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How values become bytes and come back: one type, registered under one name.
///
/// A codec sees bytes from outside the process: whatever they are, `decode` returns a value or
/// throws. It never traps, never allocates more than a small multiple of the bytes it was given,
/// and where it can tell that the bytes are not a `Value`, it throws instead of guessing.
///
/// ```swift
/// struct PropertyListCodec: PayloadCodec {
///   static let id = "property-list"
///   static let formatNumber: UInt8 = 200
///   func encode<Value: Encodable & Sendable>(_ value: Value) throws -> [UInt8] { … }
///   func decode<Value: Decodable & Sendable>(
///     _ type: Value.Type, from bytes: UnsafeRawBufferPointer
///   ) throws -> Value { … }
/// }
/// ```
public protocol PayloadCodec: Sendable {
  /// The name in YAML: `codec: binary`.
  static var id: String { get }

  /// The number stored with every payload. 1...127 are Strata's own; take 128...255 for yours.
  ///
  /// A codec whose bytes change their meaning takes a new number, so that what the old one wrote is
  /// a miss.
  static var formatNumber: UInt8 { get }

  /// Creates the codec.
  init()

  /// The bytes of `value`. Equal values give equal bytes where the type allows it.
  func encode<Value: Encodable & Sendable>(_ value: Value) throws -> [UInt8]

  /// The value in `bytes`, which stay valid for this call only.
  func decode<Value: Decodable & Sendable>(
    _ type: Value.Type, from bytes: UnsafeRawBufferPointer
  ) throws -> Value
}

extension PayloadCodec {
  /// The value in an array of bytes.
  public func decode<Value: Decodable & Sendable>(
    _ type: Value.Type, from bytes: [UInt8]
  ) throws -> Value {
    try bytes.withUnsafeBytes { try decode(type, from: $0) }
  }
}
