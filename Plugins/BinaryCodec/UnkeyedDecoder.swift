// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The unkeyed container of a decoder: over an array, or over bytes as so many integers.
struct UnkeyedDecoder: UnkeyedDecodingContainer {
  private let decoder: ValueDecoder
  private let total: Int
  private let isBytes: Bool
  private var offset: Int
  private(set) var currentIndex = 0

  init(decoder: ValueDecoder) throws {
    self.decoder = decoder
    offset = decoder.start
    isBytes = decoder.input.kind(at: offset) == Wire.bytes
    do throws(WireFault) {
      total = try decoder.input.count(isBytes ? Wire.bytes : Wire.array, at: &offset)
    } catch {
      throw decoder.error(error)
    }
    report()
  }

  var codingPath: [any CodingKey] { decoder.codingPath }
  var count: Int? { total }
  var isAtEnd: Bool { currentIndex >= total }

  /// Tells the decoder how far the value is read, in bytes, since its owner goes on behind it.
  private func report() {
    if isBytes {
      decoder.didRead(upTo: offset + total - currentIndex, left: 0)
    } else {
      decoder.didRead(upTo: offset, left: total - currentIndex)
    }
  }

  private mutating func advance(to next: Int) {
    offset = next
    currentIndex += 1
    report()
  }

  private func requireElement() throws {
    if isAtEnd { throw decoder.error(.exhausted, ElementKey(currentIndex)) }
  }

  mutating func decodeNil() throws -> Bool {
    try requireElement()
    guard !isBytes, decoder.input.peek(at: offset) == Wire.null else { return false }
    advance(to: offset + 1)
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try read(type) }

  private mutating func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try requireElement()
    if isBytes { return try byte(type) }
    var next = offset
    let value = try decoder.value(type, at: &next, ElementKey(currentIndex))
    advance(to: next)
    return value
  }

  // The protocol has implementations of these two that refuse, and prefers them to the generic one.
  mutating func decode(_ type: Int128.Type) throws -> Int128 { try read(type) }
  mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try read(type) }

  /// One byte of a run as whatever integer is asked for.
  private mutating func byte<Value: Decodable>(_ type: Value.Type) throws -> Value {
    guard let number = type as? any FixedWidthInteger.Type,
      let byte = decoder.input.peek(at: offset),
      let value = number.init(exactly: byte) as? Value
    else { throw decoder.error(.mismatch, ElementKey(currentIndex)) }
    advance(to: offset + 1)
    return value
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try nested().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try nested().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder { try nested() }

  private mutating func nested() throws -> ValueDecoder {
    try requireElement()
    let key = ElementKey(currentIndex)
    if isBytes { throw decoder.error(.mismatch, key) }
    var next = offset
    do throws(WireFault) {
      try decoder.input.skip(at: &next)
    } catch {
      throw decoder.error(error, key)
    }
    let nested = try decoder.decoder(at: offset, key)
    advance(to: next)
    return nested
  }
}

/// The single-value container of a decoder.
struct SingleValueDecoder: SingleValueDecodingContainer {
  let decoder: ValueDecoder

  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool {
    guard decoder.input.peek(at: decoder.start) == Wire.null else { return false }
    decoder.didRead(upTo: decoder.start + 1, left: 0)
    return true
  }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.single(type) }
  func decode(_ type: Int128.Type) throws -> Int128 { try decoder.single(type) }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try decoder.single(type) }
}
