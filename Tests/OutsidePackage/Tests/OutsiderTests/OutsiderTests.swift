// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Outsider
import Strata
import StrataCore
import StrataTesting
import Testing

/// What a stranger's plugins do in a plan, beside the built-in ones.
@Suite("Plugins of another package")
struct OutsiderTests {
  struct User: Codable, Sendable, Equatable {
    var id: Int
    var name: String
  }

  private static let place = SourceLocation(file: "<test>", line: 1, column: 1)

  private func registry() throws -> Registry {
    var registry = Registry.builtIn
    try registry.register(ReadOnly.self)
    try registry.register(ShelfStore.self)
    try registry.register(PropertyListCodec.self)
    return registry
  }

  private func plan(stages: [(StageID, OptionBlock)]) -> Plan {
    let store = StorePlan(
      name: "shelf", kind: "shelf", kindLocation: Self.place,
      block: OptionBlock.written(["places": "2"]))
    let policy = CachePolicy(name: "users", ttl: .seconds(60), codec: "property-list")
    let tier = StagePlan(
      id: "remote", location: Self.place, block: OptionBlock.written(["store": "shelf"]))
    let pipeline = stages.map { StagePlan(id: $0.0, location: Self.place, block: $0.1) } + [tier]
    return Plan(
      stores: [store], caches: [CachePlan(policy: policy, pipeline: pipeline, location: Self.place)]
    )
  }

  /// Runs `body` with the cache of a plan, in virtual time.
  private func withCache(
    _ stages: [(StageID, OptionBlock)],
    _ body: @escaping @Sendable (Simulation, Cache<Int, User>) async throws -> Void
  ) throws {
    let (plan, registry) = (plan(stages: stages), try registry())
    try Simulation(seed: 7).run { world in
      let strata = try await Strata(plan: plan, registry: registry, runtime: world.runtime)
      try await body(world, try strata.cache("users"))
      #expect(await strata.shutdown().isEmpty)
    }
  }

  @Test func `a value comes back from the store through the codec until its time is over`() throws {
    try withCache([]) { world, users in
      let loads = Lock(0)
      let load: @Sendable (LoadContext) async throws -> User = { _ in
        loads.withLock { $0 += 1 }
        return User(id: 1, name: "Ada")
      }
      #expect(try await users.value(for: 1, load: load).name == "Ada")
      #expect(try await users.get(1) == User(id: 1, name: "Ada"))
      try await world.sleep(for: .seconds(61))
      #expect(try await users.get(1) == nil)
      _ = try await users.value(for: 1, load: load)
      #expect(loads.withLock { $0 } == 2)
    }
  }

  @Test func `the store keeps the contract of stores`() {
    let findings = checkStore { runtime in
      let options = StoreOptions(name: "shelf", block: .written(["places": "5000"]))
      return try ShelfStore(options: options, runtime: runtime)
    }
    #expect(findings == [])
  }

  @Test func `the store keeps to its places and drops the oldest`() throws {
    try withCache([]) { _, users in
      for id in 1...3 { try await users.set(id, User(id: id, name: "User \(id)")) }
      #expect(try await users.getMany([1, 2, 3]).map { $0?.id } == [nil, 2, 3])
      try await users.clear()
      #expect(try await users.get(3) == nil)
    }
  }

  @Test func `the stage refuses writes and lets reads and removals pass`() throws {
    try withCache([("read-only", OptionBlock.written([:]))]) { _, users in
      await #expect(throws: CacheError.self) {
        try await users.set(1, User(id: 1, name: "Ada"))
      }
      _ = try await users.value(for: 1) { User(id: 1, name: "Ada") }
      #expect(try await users.get(1) != nil)
      try await users.remove(1)
      #expect(try await users.get(1) == nil)
    }
  }

  @Test func `a wrong option of a stranger's stage is refused like any other`() throws {
    let stage = OptionBlock.written(["allow-removal": "false"])
    let check = PlanCheck(plan(stages: [("read-only", stage)]), registry: try registry())
    let messages = check.problems().map(\.message)
    #expect(messages == [#"unknown option "allow-removal"; did you mean "allows-removal"?"#])
  }
}
