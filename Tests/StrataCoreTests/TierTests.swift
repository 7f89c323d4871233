// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Local
import StrataCore
import StrataTesting
import Testing

@Suite("Tiers")
struct TierTests {
  /// A store in which everything fails.
  private final class BrokenStore: CacheStore {
    static let kind: PluginID = "broken"
    static let capabilities: StoreCapabilities = [.objects]

    struct Failure: Error {}

    init() {}
    init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
    func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> { throw Failure() }
    func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> { throw Failure() }
    func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> { throw Failure() }
    func clear(_ namespace: String) async throws { throw Failure() }
  }

  private func rig(_ world: Simulation) throws -> Rig {
    try Rig(world) { options in
      let broken = StageOptions(
        block: options.block, cache: options.cache, stores: ["memory": BrokenStore()])
      return [try Local(options: broken, runtime: world.runtime)]
    }
  }

  @Test func `a failing store is a miss, and the caller gets what was loaded`() throws {
    try Simulation(seed: 1).run { world in
      let rig = try rig(world)
      for round in 1...3 { #expect(try await rig.read("a") { _ in round }.number == round) }
      #expect(rig.loads.withLock { $0 } == 3)
      // Each round fails to read and to fill.
      #expect(world.reports.count(of: "store failed") == 6)
      #expect(rig.context.ledger.heldLeases == 0)
    }
  }

  @Test func `a change in a failing store is reported and reaches no caller as an error`() throws {
    try Simulation(seed: 1).run { world in
      let rig = try rig(world)
      _ = try await rig.change(.write(.one(LoadedValue(LivePayload(1)))), "a")
      _ = try await rig.change(.remove, "a")
      _ = try await rig.change(.clear)
      #expect(world.reports.count(of: "store failed") >= 3)
    }
  }

  @Test func `a report names the store and the kind of error, and no key`() throws {
    try Simulation(seed: 1).run { world in
      _ = try await rig(world).read("secret-key") { _ in 1 }
      let text = try #require(world.reports.all.first).description
      #expect(text == "warning test/memory: store failed cache.operation=get cache.error=Failure")
    }
  }
}
