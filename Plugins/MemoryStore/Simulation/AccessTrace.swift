// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A recorded or generated sequence of accesses, as dense numbers of the keys.
public struct AccessTrace: Sendable {
  /// The name shown in tables.
  public var name: String
  /// The accesses in order; each names a key by its number.
  public private(set) var accesses: [UInt32] = []
  /// The number of different keys.
  public private(set) var keyCount = 0

  /// Creates a trace from any keys, numbered in order of first appearance.
  public init<Key: Hashable>(name: String, keys: some Sequence<Key>) {
    self.name = name
    var numbers: [Key: UInt32] = [:]
    for key in keys {
      let number = numbers[key] ?? UInt32(numbers.count)
      if Int(number) == numbers.count { numbers[key] = number }
      accesses.append(number)
    }
    keyCount = numbers.count
  }

  /// Creates a trace from text with one key per line; empty lines are skipped.
  public init(name: String, text: [UInt8]) {
    let lines = text.split(separator: 0x0A).lazy.map { line in
      line.last == 0x0D ? line.dropLast() : line
    }
    self.init(name: name, keys: lines.filter { !$0.isEmpty })
  }
}
