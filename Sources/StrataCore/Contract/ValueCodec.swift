// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Turns values of any `Codable` type into bytes and back.
public protocol ValueCodec: Sendable {
  /// The codec's name in YAML.
  static var id: PluginID { get }
  /// The codec's number on the wire, 1...255, never to be reused for another format.
  static var number: UInt8 { get }
  /// Creates the codec.
  init()
  /// The bytes of a value.
  func encode<Value: Encodable & Sendable>(_ value: Value) throws -> [UInt8]
  /// The value of bytes, which may be anything: throws rather than traps.
  func decode<Value: Decodable & Sendable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value
}
