// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A map or list of which the end is still to come.
struct YAMLFrame {
  /// What the key that waits for its value will do with it.
  enum KeyUse {
    case field
    /// `<<`: the fields of the value join the map.
    case merge
    /// The key was refused; its value is checked and forgotten.
    case discard
  }

  struct Key {
    var name: String
    var location: SourceLocation
    var use: KeyUse
  }

  let isMap: Bool
  let location: SourceLocation
  let anchor: String?
  /// Whether the whole map or list stands where a key should.
  let isKey: Bool

  var items: [ConfigNode] = []
  var fields: [ConfigNode.Field] = []
  var key: Key?
  /// Where each key was given first; empty while the fields are few enough to look through.
  private var places: [String: SourceLocation] = [:]
  /// Where `<<` stands.
  var mergePlace: SourceLocation?
  /// The maps that it asked for.
  var merged: [ConfigNode] = []
  /// How many fields stood before `<<`.
  var mergePosition = 0
  /// Nodes inside, aliases followed, with the frame's own.
  var size = 1
  /// Levels of maps and lists, aliases followed, with the frame's own.
  var height = 1

  init(isMap: Bool, location: SourceLocation, anchor: String?, isKey: Bool) {
    self.isMap = isMap
    self.location = location
    self.anchor = anchor
    self.isKey = isKey
  }

  /// Whether the next node is a key.
  var wantsKey: Bool { isMap && key == nil }

  /// Where the key `name` was given before.
  func place(of name: String) -> SourceLocation? {
    places.isEmpty ? fields.first { $0.key == name }?.location : places[name]
  }

  mutating func addField(_ key: Key, _ value: ConfigNode) {
    fields.append(ConfigNode.Field(key: key.name, location: key.location, value: value))
    if fields.count == 16 {
      places = Dictionary(fields.map { ($0.key, $0.location) }) { first, _ in first }
    } else if fields.count > 16 {
      places[key.name] = key.location
    }
  }

  /// The finished node.
  var node: ConfigNode {
    guard isMap else { return ConfigNode(.list(items), at: location) }
    if merged.isEmpty { return ConfigNode(.map(fields), at: location) }
    var all = fields
    all.insert(contentsOf: fieldsFromMerges, at: mergePosition)
    return ConfigNode(.map(all), at: location)
  }

  /// The merged fields that the map does not give itself; an earlier map wins over a later one.
  private var fieldsFromMerges: [ConfigNode.Field] {
    var taken = Set(fields.map(\.key))
    return merged.flatMap(\.fields).filter { taken.insert($0.key).inserted }
  }
}
