// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The types that need no encoder of their own, one by one.
///
/// A generic method would satisfy the protocol for most of them, but it is not specialised through
/// the protocol's witnesses, which shows. For `nil`, `encodeIfPresent` of the protocol
/// writes nothing; here it says so, to keep the reader in step.
extension KeyedEncoder {
  func encode(_ value: String, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: Int, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: Double, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: Bool, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: Int64, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: Int32, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: UInt64, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: UInt32, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: UInt, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: UInt8, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: Int16, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: Int8, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: UInt16, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: Float, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: Int128, forKey key: Key) throws { try leaf(value, key) }
  func encode(_ value: UInt128, forKey key: Key) throws { try leaf(value, key) }

  func encodeIfPresent(_ value: String?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: Int128?, forKey key: Key) throws { try leaf(value, key) }
  func encodeIfPresent(_ value: UInt128?, forKey key: Key) throws { try leaf(value, key) }

  @inline(__always)
  private func leaf<Value>(_ value: Value, _ key: Key) throws {
    try encoder.begin(key.stringValue)
    _ = encoder.output.write(leaf: value)
  }

  @inline(__always)
  private func leaf<Value>(_ value: Value?, _ key: Key) throws {
    try encoder.begin(key.stringValue)
    if let value {
      _ = encoder.output.write(leaf: value)
    } else {
      encoder.output.write(byte: Wire.undefined)
    }
  }
}
