// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Foundation
public import StrataCore

/// Values as binary property lists.
public struct PropertyListCodec: PayloadCodec {
  /// `codec: property-list` in YAML.
  public static let id = "property-list"
  /// From the numbers that are free for everybody.
  public static let formatNumber: UInt8 = 200

  /// Creates the codec.
  public init() {}

  /// The payload of `value`, which stands in a list of one, since a property list begins with one.
  public func encode<Value: Encodable & Sendable>(_ value: Value) throws -> [UInt8] {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    return Array(try encoder.encode([value]))
  }

  /// The value in a payload.
  public func decode<Value: Decodable & Sendable>(
    _ type: Value.Type, from bytes: UnsafeRawBufferPointer
  ) throws -> Value {
    let values = try PropertyListDecoder().decode([Value].self, from: Data(bytes))
    guard values.count == 1 else {
      throw CacheError(.codecFailed, "The payload holds \(values.count) values.")
    }
    return values[0]
  }
}
