// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The key of an element of an unkeyed container, for coding paths.
struct ElementKey: CodingKey {
  let index: Int

  init(_ index: Int) { self.index = index }
  init?(intValue: Int) { index = intValue }
  init?(stringValue: String) { return nil }

  var intValue: Int? { index }
  var stringValue: String { "Index \(index)" }
}

/// The key under which a superclass is encoded when no other is given.
struct SuperKey: CodingKey {
  init() {}
  init?(intValue: Int) { return nil }
  init?(stringValue: String) { return nil }

  var intValue: Int? { nil }
  var stringValue: String { "super" }
}

/// No key: for values that are read in the place of their owner.
struct SelfKey: CodingKey {
  init() {}
  init?(intValue: Int) { return nil }
  init?(stringValue: String) { return nil }

  var intValue: Int? { nil }
  var stringValue: String { "self" }
}

/// Recognises the keys under which `Dictionary` encodes text and integer keys.
///
/// Their type is private to the standard library, so a dictionary is asked once for it. Fields
/// under such keys are sorted, since a dictionary's order differs from run to run.
enum DictionaryKeys {
  @inline(__always)
  static func are<Key: CodingKey>(_ type: Key.Type) -> Bool { ObjectIdentifier(type) == id }

  private static let id: ObjectIdentifier? = {
    let spy = Spy()
    try? [String: Int]().encode(to: spy)
    return spy.id
  }()

  private final class Spy: Encoder {
    var id: ObjectIdentifier?
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
      id = ObjectIdentifier(type)
      return KeyedEncodingContainer(KeyedEncoder(encoder: .detached(from: nil)))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer {
      UnkeyedEncoder(encoder: .detached(from: nil))
    }
    func singleValueContainer() -> any SingleValueEncodingContainer {
      SingleValueEncoder(encoder: .detached(from: nil))
    }
  }
}
