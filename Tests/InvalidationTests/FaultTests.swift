// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Coherence
import NodeSimulation
import StrataCore
import StrataTesting
import Testing

@Suite("What each fault does to invalidation")
struct FaultTests {
  @Test func `a removal that the shared store did not carry out is made up for`() throws {
    try Village.run { village, one, other in
      #expect(try await village.value(one) == 1)
      #expect(try await village.value(other) == 1)
      one.link.weather.isCut = true
      other.link.weather.isCut = true
      village.source.withLock { $0 = 2 }
      try await village.change(.remove, on: one)
      try await village.pause(20)
      one.link.weather.isCut = false
      other.link.weather.isCut = false
      // The old value still lies in the shared store; neither node takes it from there.
      #expect(try await village.value(one) == 2)
      #expect(try await village.value(other) == 2)
      try await village.pause(1500)
      #expect(village.world.reports.count(of: "store change made up for") >= 1)
      let late = try village.newcomer()
      #expect(try await village.value(late) == 2)
      await late.pipeline.shutdown(by: village.world.clock.now + .seconds(1))
    }
  }

  @Test func `a write that arrives late, after a removal, is refused`() throws {
    try Village.run { village, one, other in
      one.link.weather.late = 1000
      try await village.change(Village.write(7), on: one)
      one.link.weather.late = 0
      try await village.change(.remove, on: other)
      try await village.pause(2000)
      let reads = try await village.shared.get(.one(one.key(1)))
      #expect(reads[0].content == nil)
    }
  }

  @Test func `a lost subscription puts the memory in doubt at once`() throws {
    try Village.run { village, one, other in
      #expect(try await village.value(other) == 1)
      #expect(other.fast(1) == 1)
      other.bus.interrupt(for: .milliseconds(50))
      #expect(other.fast(1) == nil)
      #expect(!other.coherence.status.isSure)
      try await village.pause(300)
      #expect(other.coherence.status.isSure)
      #expect(try await village.value(other) == 1)
      #expect(village.loads.withLock { $0 } == 1)
      #expect(one.coherence.status.isSure)
    }
  }

  @Test func `a node that hears nothing says so, and trusts nothing for long`() throws {
    try Village.run { village, one, other in
      other.bus.weather.isCut = true
      try await village.pause(1200)
      #expect(village.world.reports.count(of: "hears nothing from other nodes") == 1)
      #expect(try await village.value(other) == 1)
      try await village.pause(150)
      #expect(other.fast(1) == nil)
      other.bus.weather.isCut = false
      try await village.pause(400)
      #expect(village.world.reports.count(of: "hears other nodes again") == 1)
      #expect(one.coherence.status.isSure)
    }
  }

  @Test func `a message lost without a trace is missed with the next heartbeat`() throws {
    try Village.run { village, one, other in
      #expect(try await village.value(other) == 1)
      try await village.pause(250)
      #expect(try await village.value(other) == 1)
      other.bus.weather.lost = 1000
      village.source.withLock { $0 = 2 }
      try await village.change(.remove, on: one)
      try await village.pause(5)
      other.bus.weather.lost = 0
      #expect(other.fast(1) == 1)
      try await village.pause(SimulatedNodeTiming.heartbeat + 20)
      #expect(other.fast(1) == nil)
      #expect(other.coherence.status.gaps == 1)
      #expect(try await village.value(other) == 2)
    }
  }

  @Test func `the holder of a token reads nothing older, on any node, before any message`() throws {
    try Village.run { village, one, other in
      #expect(try await village.value(other) == 1)
      other.bus.weather.isCut = true
      let token = try await village.change(Village.write(5), on: one)
      #expect(other.fast(1) == 1)
      let text = ConsistencyToken("\(token)")
      #expect(text == token)
      #expect(try await village.value(other, token: text) == 5)
    }
  }

  @Test func `a token of one process means nothing in another`() throws {
    try Village.run { village, one, other in
      one.link.weather.isCut = true
      other.link.weather.isCut = true
      // Both keep values of versions that they issued themselves.
      #expect(try await village.value(other) == 1)
      let token = try await village.change(Village.write(5), on: one)
      #expect(token.version.issuer == 0)
      village.source.withLock { $0 = 6 }
      #expect(try await village.value(other, token: token) == 6)
      #expect(try await village.value(one, token: token) == 5)
    }
  }

  @Test func `eight nodes load a key once with locks`() throws {
    try Village.run(nodes: 8, isClusterWide: true) { village, _, _ in
      let callers = village.nodes.flatMap { node in
        (0..<50).map { _ in
          village.world.spawn { _ = try? await village.value(node, takes: 60) }
        }
      }
      for caller in callers { await caller.wait() }
      #expect(village.loads.withLock { $0 } == 1)
      try await village.pause(50)
      #expect(village.shared.heldLocks == 0)
    }
  }

  @Test func `a lock is extended while the load runs, and waiters load after their wait`() throws {
    try Village.run(isClusterWide: true) { village, one, other in
      let load = village.world.spawn { _ = try? await village.value(one, takes: 1000) }
      try await village.pause(700)
      // Longer than the lock's lifetime of 300 ms: it is held all the same.
      #expect(village.shared.heldLocks == 1)
      let began = village.world.clock.now
      #expect(try await village.value(other, takes: 10) == 1)
      #expect(village.world.clock.now - began >= .milliseconds(150))
      #expect(village.world.clock.now - began < .milliseconds(300))
      await load.wait()
    }
  }

  @Test func `a holder that was paused while its lock ended stores nothing old`() throws {
    try Village.run(isClusterWide: true) { village, one, other in
      let load = village.world.spawn { _ = try? await village.value(one, takes: 1000) }
      try await village.pause(100)
      #expect(village.shared.heldLocks == 1)
      // As good as stopped: it neither prolongs its lock nor hears anything.
      one.link.weather.isCut = true
      one.bus.weather.isCut = true
      try await village.pause(400)
      #expect(village.shared.heldLocks == 0)
      village.source.withLock { $0 = 2 }
      try await village.change(.remove, on: other)
      #expect(try await village.value(other) == 2)
      try await village.pause(300)
      // It goes on before its load ends, and stores, if anybody lets it.
      one.link.weather.isCut = false
      await load.wait()
      #expect(try await village.values(other, [1]) == [2])
      let late = try village.newcomer()
      #expect(try await village.value(late) == 2)
      await late.pipeline.shutdown(by: village.world.clock.now + .seconds(1))
      one.bus.weather.isCut = false
      try await village.pause(SimulatedNodeTiming.heartbeat * 15)
      #expect(try await village.value(one) == 2)
    }
  }

  @Test func `two nodes with one batch load each of its keys once`() throws {
    try Village.run(isClusterWide: true) { village, one, other in
      let keys = Array(1...10)
      let first = village.world.spawn { _ = try? await village.values(one, keys, takes: 60) }
      let second = village.world.spawn {
        let values = try? await village.values(other, keys.reversed() + [11], takes: 60)
        #expect(values == [Int?](repeating: 1, count: 11))
      }
      await first.wait()
      await second.wait()
      #expect(village.loads.withLock { $0 } == 11)
      try await village.pause(50)
      #expect(village.shared.heldLocks == 0)
    }
  }

  @Test func `a batch too large for locks, or without an answer to them, is loaded all the same`()
    throws
  {
    try Village.run(isClusterWide: true) { village, one, _ in
      let many = try await village.values(one, Array(1...100))
      #expect(many.allSatisfy { $0 == 1 })
      #expect(village.loads.withLock { $0 } == 100)
      one.link.weather.isCut = true
      #expect(try await village.values(one, [101, 102]) == [1, 1])
    }
  }

  @Test func `nobody waits for a store with locks that does not answer`() throws {
    try Village.run(isClusterWide: true) { village, one, _ in
      one.link.weather.isCut = true
      let began = village.world.clock.now
      let value = try await village.value(one)
      #expect(value == 1)
      #expect(village.world.clock.now - began < .milliseconds(300))
    }
  }

  @Test func `a lock is given back by its own token only`() throws {
    try Simulation(seed: 3).run { world in
      let store = ReferenceSharedStore(runtime: world.runtime)
      let key = CacheKey(bytes: Array("lock".utf8), seed: 1)
      let (mine, other) = (LockToken(high: 1, low: 1), LockToken(high: 2, low: 2))
      #expect(try await store.acquire(key, token: mine, for: .seconds(1)))
      #expect(try await store.acquire(key, token: other, for: .seconds(1)) == false)
      #expect(try await store.release(key, token: other) == false)
      #expect(try await store.extend(key, token: other, for: .seconds(9)) == false)
      #expect(try await store.acquire(key, token: other, for: .seconds(1)) == false)
      try await world.sleep(for: .seconds(1))
      #expect(try await store.acquire(key, token: other, for: .seconds(1)))
      #expect(try await store.release(key, token: mine) == false)
      #expect(store.heldLocks == 1)
    }
  }
}

enum SimulatedNodeTiming { static let heartbeat = 100 }
