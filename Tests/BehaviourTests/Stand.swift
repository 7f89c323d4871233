// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Local
import Remote
import Strata
import StrataConfig
import StrataTesting
import TestSupport

/// A cache with one tier or two, a source, and a hand on the stores behind them.
///
/// The suites here transcribe what other cache libraries test of themselves into this one's words,
/// in virtual time: what a user who comes from there expects to hold.
struct Stand: Sendable {
  let world: Simulation
  let strata: Strata
  let users: Cache<Int, User>
  let source: Source

  /// A cache with this pipeline, and `ttl`, `max-stale` and more as `policy` says.
  init(_ world: Simulation, _ policy: String, _ stages: [String]) async throws {
    var registry = Registry.builtIn
    try registry.register(ReferenceStore.self)
    try registry.register(ChaosStore<ReferenceByteStore>.self)
    try registry.register(FullRoad.self)
    let yaml = """
      version: 1
      stores:
        memory: { kind: reference }
        far: { kind: reference-bytes }
      caches:
        users: { \(policy), pipeline: [\(stages.joined(separator: ", "))] }
      """
    let reader = ConfigReader(files: ConfigTexts(["a.yaml": yaml]), environment: { _ in nil })
    let plan = try reader.plan("a.yaml", registry: registry).checked()
    self.world = world
    strata = try await Strata(plan: plan, registry: registry, runtime: world.runtime)
    users = try strata.cache("users")
    source = Source(world)
  }

  static let local = "local: { store: memory }"
  static let remote = "remote: { store: far }"

  /// The store of the first tier.
  var memory: ReferenceStore? {
    strata.stages(Local.self).first?.stage.store as? ReferenceStore
  }

  /// The store of the second tier.
  var far: ChaosStore<ReferenceByteStore>? {
    strata.stages(Remote.self).first?.stage.store as? ChaosStore<ReferenceByteStore>
  }

  /// Reads a user, through the cache.
  func user(_ id: Int) async throws -> User {
    try await users.value(for: id) { [source] in try await source.user(id) }
  }

  /// Reads a user with what is known about the reply.
  func reply(_ id: Int) async throws -> Reply<User> {
    try await users.reply(for: id) { [source] _ in try await source.user(id) }
  }

  /// Empties the first tier, as a restart does.
  func forget() async throws { try await memory?.clear("users") }
}

/// Runs a test of its own world; a failure names the seed.
func stand(
  _ seed: UInt64, _ policy: String, _ stages: [String],
  _ body: @escaping @Sendable (Stand) async throws -> Void
) throws {
  try Simulation(seed: seed).run { world in
    try await body(try await Stand(world, policy, stages))
  }
}

/// The same with ten seconds of freshness and an hour of staleness.
func stand(
  _ seed: UInt64, _ stages: [String], _ body: @escaping @Sendable (Stand) async throws -> Void
) throws {
  try stand(seed, "ttl: 10s, max-stale: 1h", stages, body)
}
