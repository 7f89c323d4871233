// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import JournalQueue
import Strata
import StrataTesting
import TestSupport
import WriteBehind

/// A cache of texts over a journal on a simulated disk, with a sink that tests look into.
struct Rig: Sendable {
  let world: Simulation
  let strata: Strata
  let texts: Cache<Int, String>
  let sink: ReferenceSink

  static func plan(
    _ options: String = "", outer: String = "", stores: String = "", tier: String = "memory"
  ) -> String {
    """
    version: 1
    stores:
      memory: { kind: reference }
      outbox: { kind: journal, path: /outbox, segment-size: 4KiB, capacity: 1MiB }
      \(stores)
    caches:
      texts:
        ttl: 10m
        codec: json
        pipeline:
          \(outer)
          - local: { store: \(tier) }
          - write-behind: { sink: probe, journal: outbox\(options.isEmpty ? "" : ", \(options)") }
    """
  }

  static func registry(_ sink: ReferenceSink) throws -> Registry {
    var registry = try Shop.registry
    try registry.register(sink: "probe", sink)
    return registry
  }

  init(
    _ world: Simulation, _ yaml: String = Rig.plan(), sink: ReferenceSink? = nil
  ) async throws {
    self.world = world
    self.sink = sink ?? ReferenceSink(clock: world.clock)
    let registry = try Self.registry(self.sink)
    strata = try await Strata(
      plan: try Shop.plan(yaml, registry: registry), registry: registry, runtime: world.runtime)
    texts = try strata.cache("texts")
  }

  /// The stage.
  var stage: WriteBehind {
    get throws {
      guard let stage = strata.stage(WriteBehind.self, in: "texts") else { throw MissingPart() }
      return stage
    }
  }

  /// What the sink has for a key, as the cache would give it.
  func delivered(_ key: Int) -> String? { sink.text("texts:\(key)").map { Self.unquoted($0) } }

  /// A JSON text without its quotes.
  static func unquoted(_ text: String) -> String { String(text.dropFirst().dropLast()) }

  /// What a caller gets who looks past the tiers; the source has nothing.
  func pastTiers(_ key: Int) async throws -> String? {
    var options = RequestOptions.standard
    options.skipReading = .all
    return try await texts.find(key, options: options) { _ in nil }
  }

  /// Runs `body` with such a cache in a world of its own.
  static func run(
    seed: UInt64, _ yaml: String = Rig.plan(), disk: SimulatedDisk = SimulatedDisk(),
    sink: ReferenceSink? = nil, _ body: @escaping @Sendable (Rig) async throws -> Void
  ) throws {
    try Simulation(seed: seed, disk: disk).run { world in
      let rig = try await Rig(world, yaml, sink: sink)
      try await body(rig)
      await rig.strata.shutdown()
    }
  }
}

/// A failure of which nobody says what it means.
struct Strange: Error {}
