// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The keyed container of an encoder.
struct KeyedEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: ValueEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }

  // One generic method serves every type: its calls for numbers and text are specialised.
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    try encoder.write(value, forKey: key)
  }

  // The protocol has implementations of these two that refuse, and prefers them to the generic one.
  func encode(_ value: Int128, forKey key: Key) throws { try encoder.write(value, forKey: key) }
  func encode(_ value: UInt128, forKey key: Key) throws { try encoder.write(value, forKey: key) }

  func encodeNil(forKey key: Key) throws {
    try encoder.begin(key)
    encoder.output.write(byte: Wire.null)
  }

  func optional<Value: Encodable>(_ value: Value?, _ key: Key) throws {
    guard let value else { return try encoder.writeAbsent(key) }
    try encoder.write(value, forKey: key)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    spliced(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    spliced(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { spliced(SuperKey()) }
  func superEncoder(forKey key: Key) -> any Encoder { spliced(key) }

  /// Where the container is out of turn, what is written goes nowhere: this cannot throw.
  private func spliced(_ key: some CodingKey) -> ValueEncoder {
    guard (try? encoder.begin(key)) != nil else { return ValueEncoder.detached(from: encoder) }
    return encoder.spliced(key)
  }
}
