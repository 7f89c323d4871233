// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What writer and reader of one value type agree on: its fingerprint and its property names.
final class Layout: Sendable {
  /// The low half of the type's fingerprint.
  let check: UInt32
  let names: [String]
  private let positions: [String: Int]

  /// The layout of nothing: every key is written by name.
  static let none = Layout(check: 0, names: [])

  private init(check: UInt32, names: [String]) {
    self.check = check
    self.names = names
    positions = Dictionary(
      zip(names, names.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The position of a name, which is most often the one after the last name written.
  @inline(__always)
  func position(of name: String, expected: Int) -> Int? {
    if expected < names.count, names[expected] == name { return expected }
    return positions[name]
  }

  /// The layout of `type`, made once per type and process.
  static func of<Value>(_ type: Value.Type) -> Layout {
    let id = ObjectIdentifier(type)
    if let layout = known.withLock({ $0[id] }) { return layout }
    let schema = PayloadSchema.of(type)
    let layout = Layout(
      check: UInt32(truncatingIfNeeded: schema.fingerprint), names: schema.fieldNames)
    known.withLock { $0[id] = layout }
    return layout
  }

  private static let known = Lock<[ObjectIdentifier: Layout]>([:])
}
