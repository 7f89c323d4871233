// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting

@testable import FileStore

/// A seeded run of operations with a record of what each key has been.
///
/// A key's history lists every state it was given, oldest first; the acknowledged ones end at an
/// index. Whatever happens afterwards, the key must be in that state or in a later one.
struct Workload {
  static let keys = 8

  /// What had been promised at one moment.
  struct Promise: Sendable {
    var history: [[[UInt8]?]]
    var acknowledged: [Int]

    init() {
      history = Array(repeating: [nil], count: Workload.keys)
      acknowledged = Array(repeating: 0, count: Workload.keys)
    }

    /// Which state of a key a value is, for a failing test's message.
    func describe(_ value: [UInt8]?, for key: Int) -> String {
      let states = history[key].indices.filter { history[key][$0] == value }
      let what = value == nil ? "no value" : "a value"
      return "states \(states) (\(what)), acknowledged \(acknowledged[key]), "
        + "last \(history[key].count - 1)"
    }

    /// Whether `value` may be read for `key`. Where records may be lost or evicted, nothing may
    /// too.
    func allows(_ value: [UInt8]?, for key: Int, losing: Bool = false) -> Bool {
      let states = history[key][acknowledged[key]...]
      return states.contains { $0 == value } || (losing && value == nil)
    }
  }

  private let random: SeededRandom
  private(set) var promise = Promise()
  private var serial: UInt64 = 0
  /// How long values are at most.
  var longest = 300

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  static func name(_ key: Int) -> String { "key:\(key)" }

  /// Does one operation; `acknowledge` is what makes everything before it safe.
  mutating func step(
    _ engine: FileEngine, _ share: (Workload.Promise) -> Void, acknowledge: (FileEngine) -> Bool
  ) {
    let key = random.below(Self.keys)
    switch random.below(16) {
    case 0..<10:
      serial += 1
      let value = filler(serial &+ 77, random.below(longest))
      promise.history[key].append(value)
      share(promise)
      engine.put(Self.name(key), value)
    case 10..<12:
      promise.history[key].append(nil)
      share(promise)
      engine.remove(Self.name(key))
    case 12:
      guard random.below(4) == 0 else { return }
      for key in 0..<Self.keys { promise.history[key].append(nil) }
      share(promise)
      engine.clear(bytes("key:"))
    default:
      guard acknowledge(engine) else { return }
      settle(engine)
      share(promise)
    }
  }

  /// What the engine says now is what was acknowledged; what the disk lost shows as a miss.
  mutating func settle(_ engine: FileEngine) {
    for key in 0..<Self.keys {
      if engine.value(Self.name(key)) == nil, promise.history[key].last != .some(nil) {
        promise.history[key].append(nil)
      }
      promise.acknowledged[key] = promise.history[key].count - 1
    }
  }
}
