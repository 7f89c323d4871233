// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Dispatch
import MemoryStore
import StrataCore
import StrataTesting
import Synchronization
import Testing

/// A value that knows whether it is still alive, and what it must be.
final class Probe: Sendable {
  static let alive = Atomic<Int>(0)
  let key: Int
  let check: Int
  init(_ key: Int) {
    self.key = key
    check = ~key
    Probe.alive.add(1, ordering: .relaxed)
  }
  deinit { Probe.alive.subtract(1, ordering: .relaxed) }
}

@Suite("Memory store under threads", .serialized)
struct ConcurrencyTests {
  @Test(arguments: ["adaptive", "lru", "s3-fifo"])
  func `readers see whole values of their key while others write, remove and evict`(
    policy: String
  ) {
    do {
      let rig = Rig(.entries(500), policy: policy)
      let keys = (0..<2_000).map { rig.key("key:\($0)") }
      let wrong = Atomic<Int>(0)
      let tooMany = Atomic<Int>(0)
      let time = rig.world.runtime.now
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        let random = SeededRandom(seed: UInt64(thread + 7))
        for _ in 0..<15_000 {
          let number = Int(random.below(2_000))
          switch random.below(10) {
          case 0..<6:
            keys[number].withView { view in
              rig.store.peek(view) { payload, _, _ in
                guard let probe = payload?.takeUnretainedValue().live(as: Probe.self) else {
                  return
                }
                if probe.key != number || probe.check != ~number {
                  wrong.add(1, ordering: .relaxed)
                }
              }
            }
          case 6..<9:
            let entry = Entry(
              payload: LivePayload(Probe(number)), createdAt: time, freshUntil: .distantFuture,
              usableUntil: .distantFuture)
            _ = rig.store.put(
              StoreWrite(
                key: keys[number], content: .entry(entry), expiresAt: .distantFuture,
                version: nil, lease: nil))
          default:
            if let found = rig.store.lookup(keys[number])?.entry.payload?.live(as: Probe.self),
              found.key != number
            {
              wrong.add(1, ordering: .relaxed)
            }
            _ = rig.store.removeNow(keys[number])
          }
          if rig.store.weight > 500 { tooMany.add(1, ordering: .relaxed) }
        }
      }
      #expect(wrong.load(ordering: .relaxed) == 0)
      #expect(tooMany.load(ordering: .relaxed) == 0)
      #expect(rig.store.count == rig.store.weight)
      let found = keys.count { key in rig.store.lookup(key) != nil }
      #expect(found == rig.store.count)
    }
    #expect(Probe.alive.load(ordering: .relaxed) == 0)
  }

  @Test func `a key that is only replaced is never missed while the table grows and shrinks`() {
    let rig = Rig(.entries(100_000), policy: "lru")
    let pinned = rig.key("pinned")
    rig.put("pinned", 0)
    let missed = Atomic<Int>(0)
    let isDone = Atomic<Bool>(false)
    DispatchQueue.concurrentPerform(iterations: 3) { thread in
      if thread == 0 {
        for round in 0..<4 {
          for number in 0..<5_000 { rig.put("k\(number)", number) }
          for number in 0..<5_000 { _ = rig.store.removeNow(rig.key("k\(number)")) }
          rig.put("pinned", round)
        }
        isDone.store(true, ordering: .releasing)
      } else {
        while !isDone.load(ordering: .acquiring) {
          if rig.store.lookup(pinned) == nil { missed.add(1, ordering: .relaxed) }
        }
      }
    }
    #expect(missed.load(ordering: .relaxed) == 0)
    #expect(rig.store.count == 1)
  }

  /// Per key, reads must be explained by some order of the writes that respects real time: with one
  /// writer per key who counts upwards, a reader never goes back, and never behind a finished write.
  @Test func `histories of one key are linearizable`() {
    let rig = Rig(.entries(10_000), policy: "adaptive")
    let keys = (0..<64).map { rig.key("register:\($0)") }
    let finished = (0..<64).map { _ in Box() }
    let wrong = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      var last = [Int](repeating: 0, count: 64)
      let random = SeededRandom(seed: UInt64(thread))
      for step in 1...20_000 {
        let index = Int(random.below(64))
        if index % 4 == thread {
          rig.put("register:\(index)", step)
          finished[index].value.store(step, ordering: .sequentiallyConsistent)
        } else {
          let before = finished[index].value.load(ordering: .sequentiallyConsistent)
          let seen = rig.store.lookup(keys[index])?.entry.payload?.live(as: Int.self) ?? 0
          if seen < before || seen < last[index] { wrong.add(1, ordering: .relaxed) }
          last[index] = seen
        }
      }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }
}

final class Box: Sendable {
  let value = Atomic<Int>(0)
}
