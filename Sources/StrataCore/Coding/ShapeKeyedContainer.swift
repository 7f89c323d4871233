// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The keyed container of a probe: notes every name, has every key.
struct ShapeKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let probe: ShapeProbe
  let prefix: String

  var codingPath: [any CodingKey] { [] }

  /// One key: a case of an enumeration of keys (each gets its turn), or one that is text and
  /// number.
  var allKeys: [Key] {
    if let cases = ShapeSamples.cases(of: Key.self) {
      probe.attempt.caseCount = max(probe.attempt.caseCount, cases.count)
      return Array(cases.dropFirst(probe.attempt.caseIndex).prefix(1))
    }
    return probe.isMinimal ? [] : [Key(stringValue: "1")].compactMap { $0 }
  }

  func contains(_ key: Key) -> Bool { !probe.isMinimal || isChosenCase(key) }

  func decodeNil(forKey key: Key) -> Bool { probe.isMinimal }

  func decode<Value: Decodable>(_: Value.Type, forKey key: Key) throws -> Value { try read(key) }
  func decode(_: Int128.Type, forKey key: Key) throws -> Int128 { try read(key) }
  func decode(_: UInt128.Type, forKey key: Key) throws -> UInt128 { try read(key) }

  private func read<Value: Decodable>(_ key: Key) throws -> Value {
    probe.write(field: key.stringValue, prefix: prefix)
    return try probe.value(of: Value.self)
  }

  func decodeIfPresent<Value: Decodable>(_: Value.Type, forKey key: Key) throws -> Value? {
    try optional(key)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedDecodingContainer<Nested> {
    KeyedDecodingContainer(ShapeKeyedContainer<Nested>(probe: probe, prefix: enter(key)))
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer {
    ShapeUnkeyedContainer(probe: probe, prefix: enter(key) + "[].")
  }

  func superDecoder() -> any Decoder {
    probe.write(field: "super", prefix: prefix)
    return ShapeDecoder(probe: probe, prefix: prefix + "super.")
  }

  func superDecoder(forKey key: Key) -> any Decoder {
    ShapeDecoder(probe: probe, prefix: enter(key))
  }

  private func enter(_ key: Key) -> String {
    probe.write(field: key.stringValue, prefix: prefix)
    return prefix + key.stringValue + "."
  }

  /// Some enumerations look for their case with `contains` instead of listing the keys.
  private func isChosenCase(_ key: Key) -> Bool {
    guard let cases = ShapeSamples.cases(of: Key.self) else { return false }
    return cases.dropFirst(probe.attempt.caseIndex).first?.stringValue == key.stringValue
  }
}
