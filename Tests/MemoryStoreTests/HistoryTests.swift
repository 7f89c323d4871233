// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Dispatch
import Foundation
import MemoryStore
import StrataCore
import StrataTesting
import Synchronization
import Testing

/// Recorded histories of eight threads on each key, checked one by one.
///
/// A few thousand by default; `make histories COUNT=100000` runs as many as one wants.
@Suite("Histories of the memory store", .serialized)
struct HistoryTests {
  private static let threads = 8
  private static let callsPerThread = 3
  private static let keysPerRound = 64

  private static let wanted =
    ProcessInfo.processInfo.environment["STRATA_HISTORIES"].flatMap { Int($0) } ?? 3_000

  @Test func `the check itself tells right from wrong`() {
    func history(_ calls: (RegisterCall.Kind, UInt64, UInt64)...) -> Bool {
      RegisterHistory(calls: calls.map { RegisterCall(kind: $0.0, began: $0.1, ended: $0.2) })
        .isLinearizable
    }
    #expect(history((.put(1), 1, 2), (.get(1), 3, 4), (.remove(true), 5, 6), (.get(nil), 7, 8)))
    #expect(history((.put(1), 1, 10), (.get(nil), 2, 3), (.get(1), 4, 5)))
    #expect(!history((.put(1), 1, 10), (.get(1), 2, 3), (.get(nil), 4, 5)))
    #expect(!history((.put(1), 1, 2), (.put(2), 3, 4), (.get(1), 5, 6)))
    #expect(history((.put(1), 1, 6), (.put(2), 2, 5), (.get(2), 7, 8)))
    #expect(!history((.put(1), 1, 2), (.remove(true), 3, 6), (.remove(true), 4, 7)))
  }

  @Test(arguments: ["adaptive", "lru"])
  func `every history of a key has an order that explains it`(policy: String) {
    let rig = Rig(.entries(100_000), policy: policy)
    let rounds = (Self.wanted / 2 + Self.keysPerRound - 1) / Self.keysPerRound
    for round in 0..<rounds {
      let histories = Self.record(rig, round: round)
      for (key, history) in histories.enumerated() where !history.isLinearizable {
        Issue.record("\(policy), round \(round), key \(key): \(history.calls)")
      }
    }
  }

  @Test func `the bound holds at every moment, however many write`() {
    for bound in [200, 10_000] {
      let rig = Rig(.entries(bound), policy: "adaptive")
      let keys = (0..<bound * 3).map { rig.key("key:\($0)") }
      let most = Atomic<Int>(0)
      DispatchQueue.concurrentPerform(iterations: Self.threads) { thread in
        let random = SeededRandom(seed: UInt64(thread))
        for _ in 0..<4_000 {
          let number = Int(random.below(UInt64(keys.count)))
          rig.put("key:\(number)", number)
          most.max(rig.store.weight, ordering: .relaxed)
        }
      }
      #expect(most.load(ordering: .relaxed) <= bound)
      #expect(keys.count { rig.store.lookup($0) != nil } == rig.store.count)
      #expect(rig.store.count == rig.store.weight)
    }
  }

  // MARK: Recording

  /// Lets all threads loose on the same new keys, each in an order of its own.
  private static func record(_ rig: Rig, round: Int) -> [RegisterHistory] {
    let clock = Atomic<UInt64>(1)
    let calls = Lock([[RegisterCall]](repeating: [], count: keysPerRound))
    let keys = (0..<keysPerRound).map { "history:\(round):\($0)" }
    let waiting = Atomic<Int>(threads)
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let random = SeededRandom(seed: UInt64(round * threads + thread))
      var own = [[RegisterCall]](repeating: [], count: keysPerRound)
      // Those who run begin together; who does not run yet is not waited for.
      waiting.subtract(1, ordering: .acquiringAndReleasing)
      for _ in 0..<2_000 where waiting.load(ordering: .acquiring) > threads - 2 {}
      for step in 0..<callsPerThread {
        for offset in 0..<keysPerRound {
          let key = (offset &* 29 &+ step) % keysPerRound
          let value = (step * threads + thread) * keysPerRound + key
          let began = clock.add(1, ordering: .sequentiallyConsistent).newValue
          let kind = call(rig, keys[key], value, random.below(8))
          let ended = clock.add(1, ordering: .sequentiallyConsistent).newValue
          own[key].append(RegisterCall(kind: kind, began: began, ended: ended))
        }
      }
      let mine = own
      calls.withLock { all in
        for key in 0..<keysPerRound { all[key] += mine[key] }
      }
    }
    for key in keys { _ = rig.store.removeNow(rig.key(key)) }
    return calls.withLock { $0 }.map { RegisterHistory(calls: $0) }
  }

  private static func call(
    _ rig: Rig, _ key: String, _ value: Int, _ choice: UInt64
  ) -> RegisterCall.Kind {
    switch choice {
    case 0..<3:
      rig.put(key, value)
      return .put(value)
    case 3..<5: return .get(rig.value(key))
    case 5..<7: return .get(rig.peeked(key))
    default: return .remove(rig.store.removeNow(rig.key(key)))
    }
  }
}
