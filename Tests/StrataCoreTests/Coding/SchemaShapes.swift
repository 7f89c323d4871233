// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation

/// Pairs of types that differ in one thing. Both of a pair have the same name, each in its own
/// namespace, so that only their shapes can tell them apart.
enum Old {
  struct Plain: Codable { let id: Int, name: String }
  struct Added: Codable { let id: Int, name: String }
  struct Renamed: Codable { let id: Int, name: String }
  struct Reordered: Codable { let id: Int, name: String }
  struct Retyped: Codable { let id: Int, name: String }
  struct MadeOptional: Codable { let id: Int, name: String }
  struct Leaf: Codable, Hashable { let value: Int }
  struct Nested: Codable { let leaf: Leaf }
  struct InArray: Codable { let leaves: [Leaf] }
  struct InSet: Codable { let leaves: Set<Leaf> }
  struct InOptional: Codable { let leaf: Leaf? }
  struct InDictionary: Codable { let leaves: [String: Leaf] }
  struct InOddDictionary: Codable { let leaves: [UUID: Leaf] }
  struct Deep: Codable { let leaves: [Int: [Leaf?]] }
  enum Payload: Codable { case created(id: Int), removed(Leaf), nothing }
  enum CaseRenamed: Codable { case created(id: Int), removed, nothing }
  enum CaseAdded: Codable { case one, two }
  indirect enum Tree: Codable { case node(Tree, Tree), leaf(Int) }
  enum Status: String, Codable { case on, off }
  struct AfterEnum: Codable { let status: Status, last: Int }
  struct AfterURL: Codable { let id: UUID, url: URL, zone: TimeZone, last: Int }
  struct DateOrDouble: Codable { let at: Double }
  final class List: Codable { let next: List?, tail: Int }
  struct Generic<Element: Codable>: Codable { let element: Element }
  struct KeyName: Codable {
    let id: Int
    enum CodingKeys: String, CodingKey { case id = "identifier" }
  }
}

enum New {
  struct Plain: Codable { let id: Int, name: String }
  struct Added: Codable { let id: Int, name: String, age: Int }
  struct Renamed: Codable { let id: Int, title: String }
  struct Reordered: Codable { let name: String, id: Int }
  struct Retyped: Codable { let id: Int64, name: String }
  struct MadeOptional: Codable { let id: Int?, name: String }
  struct Leaf: Codable, Hashable { let value: Int, more: Bool }
  struct Nested: Codable { let leaf: Leaf }
  struct InArray: Codable { let leaves: [Leaf] }
  struct InSet: Codable { let leaves: Set<Leaf> }
  struct InOptional: Codable { let leaf: Leaf? }
  struct InDictionary: Codable { let leaves: [String: Leaf] }
  struct InOddDictionary: Codable { let leaves: [UUID: Leaf] }
  struct Deep: Codable { let leaves: [Int: [Leaf?]] }
  enum Payload: Codable { case created(id: Int), removed(Leaf), nothing }
  enum CaseRenamed: Codable { case created(id: Int), deleted, nothing }
  enum CaseAdded: Codable { case one, two, three }
  indirect enum Tree: Codable { case node(Tree, Tree), leaf(Int64) }
  enum Status: String, Codable { case on, off }
  struct AfterEnum: Codable { let status: Status, last: String }
  struct AfterURL: Codable { let id: UUID, url: URL, zone: TimeZone, last: String }
  struct DateOrDouble: Codable { let at: Date }
  final class List: Codable { let next: List?, tail: Int64 }
  struct Generic<Element: Codable>: Codable { let element: Element }
  struct KeyName: Codable {
    let id: Int
    enum CodingKeys: String, CodingKey { case id = "key" }
  }
}

/// An initializer that asks for nothing it can be given.
struct Stubborn: Codable {
  let id: Int
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(Int.self, forKey: .id)
    guard id == 4711 else {
      throw DecodingError.dataCorruptedError(forKey: .id, in: container, debugDescription: "no")
    }
  }
}

/// An initializer that never ends by itself.
struct Endless: Codable {
  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    while true { _ = try container.decode(Int.self) }
  }
}

/// A tagged union as they are written by hand: the tag decides what follows.
enum Tagged: Codable {
  case number(Int)
  case text(String)

  enum CodingKeys: CodingKey { case number, text }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let number = try container.decodeIfPresent(Int.self, forKey: .number) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self, forKey: .text))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .number(let number): try container.encode(number, forKey: .number)
    case .text(let text): try container.encode(text, forKey: .text)
    }
  }
}
