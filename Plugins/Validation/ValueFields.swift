// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Looks into values of any type by reflection: a few microseconds, and only for values that are
/// loaded, written or come from outside.
enum ValueFields {
  /// No more parts of one value are looked at, and none that lie deeper.
  private static let mostParts = 10_000
  private static let deepest = 16

  /// Whether the field at a path such as `address.city` is there and holds something: no `nil`, no
  /// empty text.
  static func holds(_ path: String, in value: Any) -> Bool {
    var found: Any? = value
    for name in path.split(separator: ".") {
      guard let present = found.flatMap(unwrapped) else { return false }
      found = field(name, of: present)
    }
    guard let present = found.flatMap(unwrapped) else { return false }
    return (present as? String)?.isEmpty != true
  }

  /// Whether any text of the value contains one of `words`, which are in lower case.
  static func contains(_ words: [String], in value: Any) -> Bool {
    if words.isEmpty { return false }
    var left = mostParts
    return contains(words, in: value, depth: 0, &left)
  }

  private static func contains(
    _ words: [String], in value: Any, depth: Int, _ left: inout Int
  ) -> Bool {
    left -= 1
    if left < 0 || depth > deepest || value is [UInt8] { return false }
    if let text = value as? String {
      let lower = text.lowercased()
      return words.contains { lower.contains($0) }
    }
    for child in Mirror(reflecting: value).children {
      if contains(words, in: child.value, depth: depth + 1, &left) { return true }
      if left < 0 { return false }
    }
    return false
  }

  private static func unwrapped(_ value: Any) -> Any? {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .optional else { return value }
    return mirror.children.first.flatMap { unwrapped($0.value) }
  }

  private static func field(_ name: Substring, of value: Any) -> Any? {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .dictionary { return entry(name, of: mirror) }
    var level: Mirror? = mirror
    while let here = level {
      if let child = here.children.first(where: { $0.label == String(name) }) { return child.value }
      level = here.superclassMirror
    }
    return nil
  }

  private static func entry(_ name: Substring, of dictionary: Mirror) -> Any? {
    for pair in dictionary.children {
      let parts = Array(Mirror(reflecting: pair.value).children)
      if parts.count == 2, (parts[0].value as? String) == String(name) { return parts[1].value }
    }
    return nil
  }
}
