// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The keyed container of a decoder.
struct KeyedDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: ValueDecoder

  var codingPath: [any CodingKey] { decoder.codingPath }

  var allKeys: [Key] {
    do throws(WireFault) {
      return try decoder.names().compactMap { Key(stringValue: $0) }
    } catch {
      decoder.input.damage = error
      return []
    }
  }

  func contains(_ key: Key) -> Bool {
    do throws(WireFault) {
      return try decoder.find(key.stringValue) != nil
    } catch {
      decoder.input.damage = error
      return false
    }
  }

  func decodeNil(forKey key: Key) throws -> Bool {
    let offset = try find(key)
    guard decoder.input.peek(at: offset) == Wire.null else { return false }
    decoder.didRead(upTo: offset + 1)
    return true
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try read(key)
  }

  func decodeIfPresent<Value: Decodable>(_: Value.Type, forKey key: Key) throws -> Value? {
    try readIfPresent(key)
  }

  @inline(__always)
  func read<Value: Decodable>(_ key: Key) throws -> Value {
    var offset = try find(key)
    let value = try decoder.value(Value.self, at: &offset, key)
    decoder.didRead(upTo: offset)
    return value
  }

  @inline(__always)
  func readIfPresent<Value: Decodable>(_ key: Key) throws -> Value? {
    guard var offset = try findIfPresent(key) else { return nil }
    if decoder.input.peek(at: offset) == Wire.null {
      decoder.didRead(upTo: offset + 1)
      return nil
    }
    let value = try decoder.value(Value.self, at: &offset, key)
    decoder.didRead(upTo: offset)
    return value
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try nested(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try nested(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { try nested(SuperKey()) }
  func superDecoder(forKey key: Key) throws -> any Decoder { try nested(key) }

  /// A decoder of its own for a field, which may be read at any time: the container goes on behind
  /// it.
  private func nested(_ key: some CodingKey) throws -> ValueDecoder {
    let start = try find(key)
    var offset = start
    do throws(WireFault) {
      try decoder.input.skip(at: &offset)
    } catch {
      throw decoder.error(error, key)
    }
    let nested = try decoder.decoder(at: start, key)
    decoder.didRead(upTo: offset)
    return nested
  }

  @inline(__always)
  private func find(_ key: some CodingKey) throws -> Int {
    if let offset = try findIfPresent(key) { return offset }
    throw DecodingError.keyNotFound(
      key, .init(codingPath: codingPath, debugDescription: "The payload has no such field."))
  }

  @inline(__always)
  private func findIfPresent(_ key: some CodingKey) throws -> Int? {
    do throws(WireFault) {
      return try decoder.find(key.stringValue)
    } catch {
      throw decoder.error(error, key)
    }
  }
}
