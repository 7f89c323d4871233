// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import Synchronization

/// What writer and reader of one value type agree on: its fingerprint and its property names.
final class Layout: Sendable {
  /// The low half of the type's fingerprint.
  let check: UInt32
  let names: [String]
  private let positions: [String: Int]
  private let type: ObjectIdentifier?

  /// The layout of nothing: every key is written by name.
  static let none = Layout(type: nil, check: 0, names: [])

  private init(type: ObjectIdentifier?, check: UInt32, names: [String]) {
    self.type = type
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
  @inline(__always)
  static func of<Value>(_ type: Value.Type) -> Layout {
    let id = ObjectIdentifier(type)
    let address = UInt(bitPattern: id)
    let slot = Int((address >> 4 ^ address >> 10) & 63)
    let recent = recent[slot].load(ordering: .acquiring)
    if let pointer = UnsafeRawPointer(bitPattern: recent) {
      let layout = Unmanaged<Layout>.fromOpaque(pointer).takeUnretainedValue()
      if layout.type == id { return layout }
    }
    return search(type, slot)
  }

  @inline(never)
  private static func search<Value>(_ type: Value.Type, _ slot: Int) -> Layout {
    let id = ObjectIdentifier(type)
    let layout = known.withLock({ $0[id] }) ?? make(type)
    recent[slot].store(
      UInt(bitPattern: Unmanaged.passUnretained(layout).toOpaque()), ordering: .releasing)
    return layout
  }

  private static func make<Value>(_ type: Value.Type) -> Layout {
    let id = ObjectIdentifier(type)
    let schema = PayloadSchema.of(type)
    let layout = Layout(
      type: id, check: UInt32(truncatingIfNeeded: schema.fingerprint), names: schema.fieldNames)
    return known.withLock { known in
      // The first one stays for good: `recent` may point to it.
      if let first = known[id] { return first }
      known[id] = layout
      return layout
    }
  }

  private static let known = Lock<[ObjectIdentifier: Layout]>([:])

  /// The addresses of layouts used lately, by the address of their type: found without lock or
  /// hash. They stay valid because `known` never lets go of one.
  private static let recent = InlineArray<64, Atomic<UInt>> { _ in Atomic(0) }
}
