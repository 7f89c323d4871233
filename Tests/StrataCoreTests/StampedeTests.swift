// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Remote
import StampedeGuard
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

  @Test func `who comes after a removal does not join what read the store in the middle of it`()
    throws
  {
    try Simulation(seed: 5).run { world in
      let slow = ChaosPlan().sometimes(.slow(.milliseconds(50)), on: .remove, rate: 1)
      let store = ChaosStore(
        ReferenceByteStore(runtime: world.runtime), runtime: world.runtime, plan: slow)
      let context = CacheContext(
        policy: CachePolicy(name: "test", ttl: .seconds(60)), runtime: world.runtime)
      func options(_ block: [String: String]) -> StageOptions {
        StageOptions(block: .written(block), cache: context, stores: ["far": store])
      }
      let pipeline = Pipeline(
        stages: [
          try StampedeGuard(options: options([:]), runtime: world.runtime),
          try LateReplies(options: options([:]), runtime: world.runtime),
          try Remote(options: options(["store": "far"]), runtime: world.runtime),
        ], context: context)
      let key = CacheKey(bytes: Array("test:a".utf8), seed: world.runtime.hashSeed)
      let source = Lock(1)
      @Sendable func read() async throws -> Int? {
        let loader = Loader.each { _ in LivePayload(source.withLock { $0 }) }
        let request = CacheRequest(
          .read, keys: .one(key), loader: loader, coder: NumberCoder())
        return try await pipeline.respond(to: request).first.number
      }
      _ = try await read()
      source.withLock { $0 = 2 }
      let removal = world.spawn {
        let request = CacheRequest(.remove, keys: .one(key), coder: NumberCoder())
        _ = try? await pipeline.respond(to: request)
      }
      try await world.sleep(for: .milliseconds(10))
      // Finds the old value in the store, which is about to be removed, and has it 100 ms later.
      let early = world.spawn { _ = try? await read() }
      await removal.wait()
      #expect(try await read() == 2)
      await early.wait()
      #expect(try await read() == 2)
    }
  }
}

/// Holds replies to reads back for 100 ms, as a network does.
private struct LateReplies: CacheStage {
  static let id: StageID = "late-replies"
  private let runtime: CacheRuntime

  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    self.runtime = runtime
  }

  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    let reply = try await next(request)
    if case .read = request.operation { try await runtime.clock.sleep(for: .milliseconds(100)) }
    return reply
  }
}
