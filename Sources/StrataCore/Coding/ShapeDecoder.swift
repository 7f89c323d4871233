// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The decoder that a probe runs initializers against: it has an answer to everything.
struct ShapeDecoder: Decoder {
  let probe: ShapeProbe
  /// The names of the nested containers further out, each with a dot.
  let prefix: String

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(ShapeKeyedContainer(probe: probe, prefix: prefix))
  }

  func unkeyedContainer() -> any UnkeyedDecodingContainer {
    ShapeUnkeyedContainer(probe: probe, prefix: prefix + "[].")
  }

  func singleValueContainer() -> any SingleValueDecodingContainer {
    ShapeSingleContainer(probe: probe)
  }
}

struct ShapeSingleContainer: SingleValueDecodingContainer {
  let probe: ShapeProbe

  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { probe.isMinimal }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try probe.value(of: type) }
  // The protocol has implementations of these two that refuse, and prefers them to the generic one.
  func decode(_ type: Int128.Type) throws -> Int128 { try probe.value(of: type) }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try probe.value(of: type) }
}

struct ShapeUnkeyedContainer: UnkeyedDecodingContainer {
  let probe: ShapeProbe
  let prefix: String
  private(set) var currentIndex = 0

  var codingPath: [any CodingKey] { [] }
  /// One element for loops; whoever asks for more gets more, since some types are written as
  /// tuples.
  var count: Int? { probe.isMinimal ? 0 : 1 }
  var isAtEnd: Bool { probe.isMinimal || currentIndex > 0 }

  init(probe: ShapeProbe, prefix: String) {
    self.probe = probe
    self.prefix = prefix
  }

  private mutating func next() {
    probe.write(field: "", prefix: prefix)
    currentIndex += 1
  }

  mutating func decodeNil() -> Bool { probe.isMinimal }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try read(type) }
  mutating func decode(_ type: Int128.Type) throws -> Int128 { try read(type) }
  mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try read(type) }

  private mutating func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
    next()
    return try probe.value(of: type)
  }

  mutating func nestedContainer<Key: CodingKey>(
    keyedBy type: Key.Type
  ) -> KeyedDecodingContainer<Key> {
    next()
    return KeyedDecodingContainer(ShapeKeyedContainer(probe: probe, prefix: prefix))
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer {
    next()
    return ShapeUnkeyedContainer(probe: probe, prefix: prefix + "[].")
  }

  mutating func superDecoder() -> any Decoder {
    next()
    return ShapeDecoder(probe: probe, prefix: prefix + "super.")
  }
}
