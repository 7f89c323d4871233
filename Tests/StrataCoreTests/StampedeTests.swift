// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Stampede and invalidation through a small pipeline")
struct StampedeTests {
  @Test(arguments: 0..<50 as Range<UInt64>)
  func `fifty concurrent misses load once and leave nothing behind`(seed: UInt64) throws {
    let world = Simulation(seed: seed)
    try world.run { world in
      let rig = try Rig.standard(world)
      let answers = Lock<[Int]>([])
      for _ in 0..<50 {
        world.spawn {
          let reply = try? await rig.read("a") { _ in
            try await world.sleep(for: .milliseconds(20))
            return 7
          }
          answers.withLock { $0.append(reply?.number ?? -1) }
        }
      }
      try await world.sleep(for: .seconds(1))
      #expect(rig.loads.withLock { $0 } == 1)
      #expect(answers.withLock { $0 } == Array(repeating: 7, count: 50))
      #expect(rig.context.ledger.heldLeases == 0)
      #expect(world.runningTasks == 1)
    }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `a removal during a load keeps the old value out of the cache`(seed: UInt64) throws {
    try Simulation(seed: seed).run { world in
      let rig = try Rig.standard(world)
      let source = Lock(1)
      world.spawn {
        _ = try? await rig.read("a") { _ in
          let value = source.withLock { $0 }
          try await world.sleep(for: .milliseconds(20))
          return value
        }
      }
      try await world.sleep(for: .milliseconds(10))
      source.withLock { $0 = 2 }
      _ = try await rig.change(.remove, "a")
      let after = try await rig.read("a") { _ in source.withLock { $0 } }
      #expect(after.number == 2)
      try await world.sleep(for: .seconds(1))
      let later = try await rig.read("a") { _ in source.withLock { $0 } }
      #expect(later.number == 2)
      #expect(rig.context.ledger.heldLeases == 0)
    }
  }

  @Test func `the load is cancelled when the last caller has left`() throws {
    try Simulation(seed: 1).run { world in
      let rig = try Rig.standard(world)
      let wasCancelled = Lock(false)
      let callers = (0..<3).map { _ in
        world.spawn {
          _ = try? await rig.read("a") { _ in
            do {
              try await world.sleep(for: .seconds(10))
            } catch {
              wasCancelled.withLock { $0 = true }
              throw error
            }
            return 1
          }
        }
      }
      try await world.sleep(for: .seconds(1))
      callers[0].cancel()
      callers[1].cancel()
      await world.settle()
      #expect(wasCancelled.withLock { $0 } == false)
      callers[2].cancel()
      await world.settle()
      #expect(wasCancelled.withLock { $0 })
      #expect(rig.context.ledger.heldLeases == 0)
      #expect(world.runningTasks == 1)
    }
  }

  @Test func `a write during a load is what later readers get`() throws {
    try Simulation(seed: 3).run { world in
      let rig = try Rig.standard(world)
      world.spawn {
        _ = try? await rig.read("a") { _ in
          try await world.sleep(for: .milliseconds(20))
          return 1
        }
      }
      try await world.sleep(for: .milliseconds(10))
      _ = try await rig.change(.write(.one(LoadedValue(LivePayload(2)))), "a")
      try await world.sleep(for: .seconds(1))
      let reply = try await rig.read("a")
      #expect(reply.number == 2)
    }
  }

  @Test func `a tag invalidation hides what was created before and nothing else`() throws {
    try Simulation(seed: 4).run { world in
      let rig = try Rig.standard(world)
      for name in ["a", "b"] {
        _ = try await rig.read(name) { context in
          context.tags = name == "a" ? ["red"] : []
          return 1
        }
      }
      _ = try await rig.change(.invalidate(["red"]))
      #expect(try await rig.read("a").number == nil)
      #expect(try await rig.read("b").number == 1)
      let anew = try await rig.read("a") { context in
        context.tags = ["red"]
        return 2
      }
      #expect(anew.number == 2)
      #expect(try await rig.read("a").number == 2)
    }
  }
}
