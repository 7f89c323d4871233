// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Chaos store")
struct ChaosStoreTests {
  private static func write(_ runtime: CacheRuntime) -> StoreWrite {
    let now = runtime.now
    let entry = Entry(
      payload: LivePayload(1), createdAt: now, freshUntil: now + .seconds(60),
      usableUntil: now + .seconds(60), version: Version(issuer: 0, number: 1))
    return StoreWrite(
      key: CacheKey(bytes: [1], seed: 0), content: .entry(entry), expiresAt: entry.usableUntil,
      version: entry.version, lease: nil)
  }

  /// Sets once under `fault` and says whether that threw, what lies there at once, and later.
  private func outcome(of fault: ChaosFault) throws -> [Bool] {
    try Simulation(seed: 1).run { world in
      let plan = ChaosPlan().once(fault, on: .set, at: 1)
      let store = ChaosStore(
        ReferenceStore(runtime: world.runtime), runtime: world.runtime, plan: plan)
      var hasThrown = false
      do { _ = try await store.set(.one(Self.write(world.runtime))) } catch { hasThrown = true }
      let isThere = store.wrapped.count == 1
      _ = try await store.remove(.one(CacheKey(bytes: [1], seed: 0)))
      try await world.sleep(for: .seconds(10))
      return [hasThrown, isThere, store.wrapped.count == 1]
    }
  }

  @Test func `each fault does what it says`() throws {
    #expect(try outcome(of: .fail) == [true, false, false])
    #expect(try outcome(of: .loseReply) == [true, true, false])
    #expect(try outcome(of: .late(.seconds(1))) == [true, false, true])
    #expect(try outcome(of: .again(after: .seconds(1))) == [false, true, true])
    #expect(try outcome(of: .slow(.seconds(1))) == [false, true, false])
    #expect(try outcome(of: .stall(.seconds(1))) == [false, true, false])
  }

  @Test func `a hanging call ends when it is cancelled, and leaves nothing`() throws {
    try Simulation(seed: 1).run { world in
      let plan = ChaosPlan().once(.hang, on: .get, at: 2)
      let store = ChaosStore(
        ReferenceByteStore(runtime: world.runtime), runtime: world.runtime, plan: plan)
      let key = CacheKey(bytes: [1], seed: 0)
      _ = try await store.get(.one(key))
      let hasEnded = Lock(false)
      let call = world.spawn {
        _ = try? await store.get(.one(key))
        hasEnded.withLock { $0 = true }
      }
      try await world.sleep(for: .seconds(3600))
      #expect(!hasEnded.withLock { $0 })
      call.cancel()
      await call.wait()
      #expect(store.faults.map(\.description) == ["get 2: hang"])
      #expect(world.runningTasks == 1)
      #expect(world.clock.pendingTimers == 0)
    }
  }

  @Test func `rates strike as often as they say, and alike for one seed`() throws {
    func strikes(_ seed: UInt64) throws -> [Int] {
      try Simulation(seed: seed).run { world in
        let plan = ChaosPlan().sometimes(.fail, on: .get, rate: 0.25)
        let store = ChaosStore(
          ReferenceByteStore(runtime: world.runtime), runtime: world.runtime, plan: plan)
        let key = CacheKey(bytes: [1], seed: 0)
        for _ in 0..<1000 { _ = try? await store.get(.one(key)) }
        _ = try await store.remove(.one(key))
        return store.faults.map(\.number)
      }
    }
    let first = try strikes(1)
    #expect(first == (try strikes(1)))
    #expect(first != (try strikes(2)))
    #expect((200...300).contains(first.count))
  }

  @Test func `it is as fast a store as the one it wraps`() {
    let runtime = Simulation(seed: 1).runtime
    let fast: any CacheStore = ChaosStore(ReferenceStore(runtime: runtime), runtime: runtime)
    let slow: any CacheStore = ChaosStore(ReferenceByteStore(runtime: runtime), runtime: runtime)
    #expect(fast is any FastStore)
    #expect(!(slow is any FastStore))
  }
}
