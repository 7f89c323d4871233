// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The keyed container of an encoder.
struct KeyedEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let encoder: ValueEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    try encoder.write(value, forKey: key)
  }

  func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws {
    if let value { return try encoder.write(value, forKey: key) }
    try encoder.begin(key.stringValue)
    encoder.output.write(byte: Wire.undefined)
  }

  func encodeNil(forKey key: Key) throws {
    try encoder.begin(key.stringValue)
    encoder.output.write(byte: Wire.null)
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
    guard (try? encoder.begin(key.stringValue)) != nil else {
      return ValueEncoder.detached(from: encoder)
    }
    return encoder.spliced(key)
  }
}
