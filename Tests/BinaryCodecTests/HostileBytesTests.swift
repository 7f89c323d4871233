// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BinaryCodec
import Foundation
import StrataCore
import Testing

@Suite("Binary codec: bytes it did not write")
struct HostileBytesTests {
  /// The payload of `Value` with a body of one's own.
  private func payload<Value>(_ type: Value.Type, _ body: [UInt8]) -> [UInt8] {
    let check = UInt32(truncatingIfNeeded: SchemaFingerprint.of(type))
    return (0..<4).map { UInt8(truncatingIfNeeded: check >> ($0 * 8)) } + body
  }

  private func decode<Value: Codable & Sendable>(_ type: Value.Type, _ body: [UInt8]) throws
    -> Value
  {
    try BinaryCodec().decode(type, from: payload(type, body))
  }

  @Test func `the payload of another type is refused before anything is read`() throws {
    let bytes = try BinaryCodec().encode(Sample.person)
    #expect(throws: DecodingError.self) { try BinaryCodec().decode(Address.self, from: bytes) }
    #expect(throws: DecodingError.self) { try BinaryCodec().decode(Person?.self, from: bytes) }
    #expect(throws: DecodingError.self) { try BinaryCodec().decode(Int.self, from: []) }
  }

  @Test func `bytes behind the value are refused`() throws {
    #expect(try decode(Int.self, [5]) == 5)
    #expect(throws: DecodingError.self) { try decode(Int.self, [5, 0]) }
    #expect(throws: DecodingError.self) { try decode([Int].self, [0x81, 5, 0]) }
  }

  @Test(
    arguments: [
      [], [0x61], [0x18], [0x19, 0], [0x1B, 0, 0, 0, 0, 0, 0, 0], [0x1C], [0x1F], [0xFF],
      [0xF8, 0],
      [0x9B, 255, 255, 255, 255, 255, 255, 255, 255],
      [0xBB, 127, 255, 255, 255, 255, 255, 255, 255],
      [0x7B, 128, 0, 0, 0, 0, 0, 0, 0], [0x5A, 255, 255, 255, 255], [0x61, 0xFF], [0xC2, 0x41, 1],
      [0xA1, 0x61, 0x61], [0xA1, 0x18, 0xFF, 0], [0xA1, 0xF6, 0], [0x82, 1], [0xFB, 0, 0],
    ] as [[UInt8]])
  func `damaged heads are refused by every type`(body: [UInt8]) {
    #expect(throws: DecodingError.self) { try decode(Int.self, body) }
    #expect(throws: DecodingError.self) { try decode(Int128.self, body) }
    #expect(throws: DecodingError.self) { try decode(String.self, body) }
    #expect(throws: DecodingError.self) { try decode([Int].self, body) }
    #expect(throws: DecodingError.self) { try decode([String: Int].self, body) }
    #expect(throws: DecodingError.self) { try decode(Double.self, body) }
    #expect(throws: DecodingError.self) { try decode(Data.self, body) }
    #expect(throws: DecodingError.self) { try decode([UInt8].self, body) }
    #expect(throws: DecodingError.self) { try decode(Person.self, body) }
  }

  @Test func `a number that does not fit is refused`() {
    #expect(throws: DecodingError.self) { try decode(Int8.self, [0x18, 128]) }
    #expect(throws: DecodingError.self) { try decode(UInt8.self, [0x20]) }
    #expect(throws: DecodingError.self) {
      try decode(Int.self, [0x3B, 128, 0, 0, 0, 0, 0, 0, 0])
    }
    #expect(throws: DecodingError.self) {
      try decode(Int128.self, [0xC3, 0x50] + [UInt8](repeating: 255, count: 16))
    }
  }

  @Test func `nil in the place of a value is named, with the path to it`() throws {
    let body: [UInt8] = [0x82, 0xA1, 0x61, 0x78, 1, 0xA1, 0x61, 0x79, 0xF6]
    let error = #expect(throws: DecodingError.self) { try decode([[String: Int]].self, body) }
    guard case .valueNotFound(_, let context) = error else {
      Issue.record("not valueNotFound")
      return
    }
    #expect(context.codingPath.map(\.stringValue) == ["Index 1", "y"])
    #expect(context.debugDescription == "The payload holds nil here.")
  }

  @Test func `a field that is missing is named`() throws {
    let error = #expect(throws: DecodingError.self) { try decode(Person.self, [0xA1, 0, 7]) }
    guard case .keyNotFound(let key, _) = error else {
      Issue.record("not keyNotFound")
      return
    }
    #expect(key.stringValue == "name")
  }

  @Test func `nesting ends at the limit in both directions`() throws {
    func chain(_ length: Int) -> Chain {
      (0..<length).reduce(Chain.end) { inner, number in .link(number, inner) }
    }
    // Each link nests twice: the case, and its values.
    let allowed = chain(BinaryCodec.maximumDepth / 2 - 2)
    #expect(try BinaryCodec().decode(Chain.self, from: BinaryCodec().encode(allowed)) == allowed)
    #expect(throws: EncodingError.self) { try BinaryCodec().encode(chain(2_000)) }
    struct Nest: Codable, Sendable { var nests: [Nest] }
    let level: [UInt8] = [0xA1, 0, 0x81]
    let deep = Array(repeatElement(level, count: 50_000).joined()) + [0xA1, 0, 0x80]
    #expect(throws: DecodingError.self) { try decode(Nest.self, deep) }
    #expect(throws: DecodingError.self) { try decode(Nothing.self, deep + [0]) }
  }

  @Test func `a decoder that was kept reads nothing`() throws {
    struct Keeper: Codable, Sendable {
      nonisolated(unsafe) static var kept: (any Decoder)?
      init() {}
      init(from decoder: any Decoder) throws { Keeper.kept = decoder }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(1)
      }
    }
    _ = try BinaryCodec().decode(Keeper.self, from: BinaryCodec().encode(Keeper()))
    let decoder = try #require(Keeper.kept)
    #expect(throws: DecodingError.self) { try decoder.singleValueContainer().decode(Int.self) }
    #expect(throws: DecodingError.self) { try decoder.unkeyedContainer() }
  }

  @Test func `an encoder used out of turn throws`() {
    struct Confused: Codable, Sendable {
      func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(1)
        var map = encoder.container(keyedBy: ElementName.self)
        var nested = map.nestedUnkeyedContainer(forKey: .element)
        try nested.encode(2)
      }
      enum ElementName: CodingKey { case element }
    }
    #expect(throws: EncodingError.self) { try BinaryCodec().encode(Confused()) }
  }
}
