// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BinaryCodec
import Foundation
import StrataCore
import Testing

@Suite("Binary codec: every feature of Codable")
struct RoundTripTests {
  private func expectSame<Value: Codable & Equatable & Sendable>(
    _ value: Value, location: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let bytes = try BinaryCodec().encode(value)
    let back = try BinaryCodec().decode(Value.self, from: bytes)
    #expect(back == value, sourceLocation: location)
  }

  @Test func `single values come back`() throws {
    try expectSame(true)
    try expectSame("")
    try expectSame("naïve 🇪🇺 \0 text")
    try expectSame(String(repeating: "long ", count: 20_000))
    try expectSame(Level.high)
    try expectSame(Int?.none)
    try expectSame(Int?.some(3))
    try expectSame(UUID())
    try expectSame(Data())
    try expectSame(Data([1, 2, 3]))
    try expectSame([UInt8](repeating: 200, count: 70_000))
    try expectSame(Nothing())
  }

  @Test(arguments: [0, 1, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, Int.max])
  func `integers come back at the edges of their heads`(number: Int) throws {
    try expectSame(number)
    try expectSame(-number)
    try expectSame(~number)
    try expectSame(UInt64(number))
    try expectSame([Int](repeating: number, count: 30))
  }

  @Test func `the extremes of every number type come back`() throws {
    try expectSame(
      Numbers(
        a: .min, b: .min, c: .min, d: .min, e: .max, f: .max, g: .max, h: .max, i: .min, j: .max,
        k: .greatestFiniteMagnitude, l: .leastNonzeroMagnitude, m: .max))
    try expectSame(
      Numbers(
        a: .max, b: .max, c: .max, d: .max, e: 0, f: 0, g: 0, h: 0, i: .max, j: 0,
        k: -.infinity, l: -.infinity, m: 0))
    try expectSame([Int128(Int64.min), Int128(UInt64.max), -Int128(UInt64.max) - 1, -1, 0])
  }

  @Test func `floating point keeps its bits`() throws {
    let bytes = try BinaryCodec().encode([Double.nan, -0.0])
    let back = try BinaryCodec().decode([Double].self, from: bytes)
    #expect(back.map(\.bitPattern) == [Double.nan.bitPattern, (-0.0).bitPattern])
  }

  @Test func `structures come back`() throws {
    try expectSame(Sample.person)
    try expectSame(Sample.company)
    var parent = Sample.company
    parent.parent = [Sample.company, Sample.company]
    try expectSame(parent)
  }

  @Test func `enumerations come back`() throws {
    try expectSame(Sample.shapes)
    try expectSame(["a": Sample.shapes, "b": []])
    try expectSame([Either.text("a"), .person(Sample.person), .text("")])
  }

  @Test(arguments: [0, 1, 23, 24, 255, 256, 70_000])
  func `collections of every size come back`(count: Int) throws {
    try expectSame(Array(0..<count))
    try expectSame(Set(0..<count))
    try expectSame(Dictionary(uniqueKeysWithValues: (0..<count).map { ("key \($0)", $0) }))
    try expectSame(Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, [Level.low]) }))
  }

  @Test func `arrays of enumerations longer than a short head come back`() throws {
    try expectSame((0..<300).map { Shape.rectangle(Double($0), 0) })
    try expectSame(["k": (0..<30).map { Shape.group([.empty], label: "\($0)") }, "j": [.empty]])
  }

  @Test func `containers filled in turns and read backwards come back`() throws {
    try expectSame(
      Handwritten(fields: ["a": 1, "b": 2, "inner": 3], pairs: [4, 5], inner: "deep"))
    let many = Dictionary(uniqueKeysWithValues: (0..<100).map { ("name\($0)", $0) })
    try expectSame([
      Handwritten(fields: many, pairs: [], inner: ""), .init(fields: [:], pairs: [1], inner: ""),
    ])
  }

  @Test func `a superclass comes back from its own container and from a shared one`() throws {
    let dog = try back(Dog(name: "Rex", age: 3))
    #expect((dog.name, dog.age) == ("Rex", 3))
    let cat = try back(Cat(name: "Tom", lives: 9))
    #expect((cat.name, cat.lives) == ("Tom", 9))
  }

  private func back<Value: Codable & Sendable>(_ value: Value) throws -> Value {
    try BinaryCodec().decode(Value.self, from: try BinaryCodec().encode(value))
  }

  @Test func `a key that was left out is not there`() throws {
    struct Optionals: Codable, Sendable {
      var number: Int?
      var text: String?

      init(number: Int?, text: String?) { (self.number, self.text) = (number, text) }
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if container.contains(.number) { number = try container.decode(Int.self, forKey: .number) }
        if container.allKeys.contains(.text) {
          text = try container.decode(String.self, forKey: .text)
        }
      }
    }
    let none = try back(Optionals(number: nil, text: nil))
    #expect((none.number, none.text) == (nil, nil))
    let one = try back(Optionals(number: nil, text: "x"))
    #expect((one.number, one.text) == (nil, "x"))
  }

  @Test func `a value that fails to encode leaves nothing of itself behind`() throws {
    struct Failing: Codable, Sendable {
      var name = "x"
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        throw CancellationError()
      }
    }
    struct Tolerant: Codable, Sendable {
      var id = 1
      var parts = [Failing(), Failing()]
      enum CodingKeys: CodingKey { case id, parts }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try? container.encode(parts, forKey: .parts)
        try container.encode(id, forKey: .id)
      }
      init() {}
      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(Int.self, forKey: .id)
        parts = try container.decodeIfPresent([Failing].self, forKey: .parts) ?? []
      }
    }
    #expect(try back(Tolerant()).parts.isEmpty)
  }

  @Test func `nothing of an encoding is left behind, ended or failed`() throws {
    // Found by fuzzing: spliced containers and their parents held each other.
    final class Token: Sendable {}
    struct Key: CodingKey, Sendable {
      let token: Token
      var stringValue: String { "key" }
      var intValue: Int? { nil }
      init(_ token: Token) { self.token = token }
      init?(stringValue: String) { return nil }
      init?(intValue: Int) { return nil }
    }
    struct Nested: Encodable, Sendable {
      let token: Token
      let isFailing: Bool
      func encode(to encoder: any Encoder) throws {
        var outer = encoder.container(keyedBy: Key.self)
        var inner = outer.nestedContainer(keyedBy: Key.self, forKey: Key(token))
        var list = inner.nestedUnkeyedContainer(forKey: Key(token))
        try list.encode(1)
        if isFailing { throw CancellationError() }
      }
    }
    weak var kept: Token?
    for isFailing in [false, true] {
      let token = Token()
      kept = token
      let value = Nested(token: token, isFailing: isFailing)
      _ = try? BinaryCodec().encode(value)
      _ = try? BinaryCodec().encode([value, value])
    }
    #expect(kept == nil)
  }
}
