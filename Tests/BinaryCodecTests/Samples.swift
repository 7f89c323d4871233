// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation

struct Person: Codable, Hashable, Sendable {
  var id: Int
  var name: String
  var score: Double
  var isActive: Bool
  var nickname: String?
}

struct Address: Codable, Hashable, Sendable {
  var street: String
  var position: [Double]
}

struct Company: Codable, Hashable, Sendable {
  var name: String
  var people: [Person]
  var offices: [String: Address]
  var founded: Date
  var site: URL
  var token: UUID
  var blob: Data
  var budget: Decimal
  var parent: [Company]
  var codes: [Int: String]
  var odd: [UUID: Int]
  var tags: Set<String>
  var maybe: [Int?]
}

struct Numbers: Codable, Hashable, Sendable {
  var a: Int8
  var b: Int16
  var c: Int32
  var d: Int64
  var e: UInt8
  var f: UInt16
  var g: UInt32
  var h: UInt64
  var i: Int128
  var j: UInt128
  var k: Float
  var l: Double
  var m: UInt
}

enum Shape: Codable, Hashable, Sendable {
  case circle(radius: Double)
  case rectangle(Double, Double)
  case empty
  indirect case group([Shape], label: String)
}

enum Level: String, Codable, CaseIterable, Hashable, Sendable { case low, high }

indirect enum Chain: Codable, Hashable, Sendable {
  case end
  case link(Int, Chain)
}

/// Not `Hashable`, and final properties only, so that the classes are `Sendable`.
class Animal: Codable, @unchecked Sendable {
  // Sendable: never changed after its initializer.
  var name: String
  init(name: String) { self.name = name }
}

/// A superclass in a container of its own, written before the subclass's own property.
final class Dog: Animal, @unchecked Sendable {
  // Sendable: as its superclass.
  let age: Int

  enum CodingKeys: CodingKey { case age }

  init(name: String, age: Int) {
    self.age = age
    super.init(name: name)
  }

  required init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    age = try container.decode(Int.self, forKey: .age)
    try super.init(from: container.superDecoder())
  }

  override func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let parent = container.superEncoder()
    try container.encode(age, forKey: .age)
    try super.encode(to: parent)
  }
}

/// A superclass that shares the subclass's container, first when written, last when read.
final class Cat: Animal, @unchecked Sendable {
  // Sendable: as its superclass.
  let lives: Int

  enum CodingKeys: CodingKey { case lives }

  init(name: String, lives: Int) {
    self.lives = lives
    super.init(name: name)
  }

  required init(from decoder: any Decoder) throws {
    lives = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .lives)
    try super.init(from: decoder)
  }

  override func encode(to encoder: any Encoder) throws {
    try super.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(lives, forKey: .lives)
  }
}

/// Keys made at run time, nested containers filled in turns, and everything read backwards.
struct Handwritten: Codable, Hashable, Sendable {
  var fields: [String: Int]
  var pairs: [Int]
  var inner: String

  struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  init(fields: [String: Int], pairs: [Int], inner: String) {
    (self.fields, self.pairs, self.inner) = (fields, pairs, inner)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    var map = container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("map"))
    var list = container.nestedUnkeyedContainer(forKey: AnyKey("list"))
    var deep = list.nestedContainer(keyedBy: AnyKey.self)
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      try map.encode(value, forKey: AnyKey(name))
      try list.encode(value)
    }
    try container.encodeNil(forKey: AnyKey("nothing"))
    try deep.encode(inner, forKey: AnyKey("inner"))
    for pair in pairs { try list.encode(pair) }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    guard try container.decodeNil(forKey: AnyKey("nothing")) else {
      throw DecodingError.dataCorruptedError(
        forKey: AnyKey("nothing"), in: container, debugDescription: "not nil")
    }
    var list = try container.nestedUnkeyedContainer(forKey: AnyKey("list"))
    let map = try container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("map"))
    inner = try list.nestedContainer(keyedBy: AnyKey.self).decode(
      String.self, forKey: AnyKey("inner"))
    fields = [:]
    for key in map.allKeys.reversed() {
      fields[key.stringValue] = try map.decode(Int.self, forKey: key)
    }
    for _ in map.allKeys { _ = try list.decode(Int.self) }
    pairs = []
    while !list.isAtEnd { pairs.append(try list.decode(Int.self)) }
  }
}

/// One of two types, found out by trying.
enum Either: Codable, Hashable, Sendable {
  case person(Person)
  case text(String)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let person = try? container.decode(Person.self) {
      self = .person(person)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .person(let person): try container.encode(person)
    case .text(let text): try container.encode(text)
    }
  }
}

/// Encodes nothing at all.
struct Nothing: Codable, Hashable, Sendable {
  init() {}
  init(from decoder: any Decoder) {}
  func encode(to encoder: any Encoder) {}
}

enum Sample {
  static let person = Person(id: 7, name: "Ada", score: 1.5, isActive: true, nickname: nil)

  static let company = Company(
    name: "Engines",
    people: [person, Person(id: -1, name: "", score: -0.0, isActive: false, nickname: "x")],
    offices: [
      "London": Address(street: "Dorset St", position: [51.5, -0.1]),
      "Turin": Address(street: "Via Po", position: []), "": Address(street: "ß", position: [1]),
    ],
    founded: Date(timeIntervalSinceReferenceDate: 1234.5),
    site: URL(filePath: "/a b"),
    token: UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
    blob: Data((0...255).map { UInt8($0) }), budget: Decimal(string: "123.456") ?? 0,
    parent: [], codes: [1: "one", -5: "minus five"],
    odd: [UUID(uuid: (0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)): 3],
    tags: ["a"], maybe: [1, nil, 3])

  static let shapes: [Shape] = [
    .circle(radius: 2), .rectangle(1, 2), .empty,
    .group([.empty, .group([.circle(radius: .infinity)], label: "in")], label: "out"),
  ]
}
