// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The unkeyed container of an encoder.
struct UnkeyedEncoder: UnkeyedEncodingContainer {
  let encoder: ValueEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }
  var count: Int { encoder.count }

  func encode<Value: Encodable>(_ value: Value) throws { try encoder.append(value) }
  // The protocol has implementations of these two that refuse, and prefers them to the generic one.
  func encode(_ value: Int128) throws { try encoder.append(value) }
  func encode(_ value: UInt128) throws { try encoder.append(value) }

  func encodeNil() throws {
    try encoder.beginElement()
    encoder.output.write(byte: Wire.null)
  }

  func encode<Bytes: Sequence>(contentsOf sequence: Bytes) throws where Bytes.Element == UInt8 {
    let whole: Void? = try sequence.withContiguousStorageIfAvailable {
      try encoder.append(bytes: UnsafeRawBufferPointer($0))
    }
    if whole == nil { try Array(sequence).withUnsafeBytes { try encoder.append(bytes: $0) } }
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    spliced().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { spliced().unkeyedContainer() }
  func superEncoder() -> any Encoder { spliced() }

  private func spliced() -> ValueEncoder {
    guard (try? encoder.beginElement()) != nil else { return ValueEncoder.detached(from: encoder) }
    return encoder.spliced(ElementKey(encoder.count - 1))
  }
}

/// The single-value container of an encoder.
struct SingleValueEncoder: SingleValueEncodingContainer {
  let encoder: ValueEncoder

  var codingPath: [any CodingKey] { encoder.codingPath }

  func encodeNil() throws { try encoder.setNil() }
  func encode<Value: Encodable>(_ value: Value) throws { try encoder.set(value) }
  func encode(_ value: Int128) throws { try encoder.set(value) }
  func encode(_ value: UInt128) throws { try encoder.set(value) }
}
