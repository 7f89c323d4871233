// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Coherence
import LocalBus
import StampedeGuard
import Strata
import StrataConfig
import StrataTesting
import TestSupport
import Testing

@Suite("Coherence")
struct CoherenceTests {
  static let plan = """
    version: 1
    stores:
      memory: { kind: reference }
      bus: { kind: bus }
    caches:
      users:
        ttl: 10m
        pipeline:
          - local: { store: memory }
          - coherence: { store: bus }
          - stampede-guard
    """

  /// Two caches of one plan, each with a memory of its own, as two services would have them.
  static func pair(
    _ world: Simulation
  ) async throws -> (
    one: Cache<Int, User>, other: Cache<Int, User>, end: @Sendable () async -> Void
  ) {
    let first = try await Shop.open(plan, world)
    let second = try await Shop.open(plan, world)
    try await world.sleep(for: .milliseconds(10))
    return (
      try first.cache("users"), try second.cache("users"),
      {
        await first.shutdown()
        await second.shutdown()
      }
    )
  }

  @Test func `what one cache changes the other has no more`() throws {
    try Simulation(seed: 1).run { world in
      let (one, other, end) = try await Self.pair(world)
      let source = Source(world)
      for change in 0..<5 {
        #expect(try await other.value(for: 1) { try await source.user(1) }.name == "\(change + 1)")
        source.publish()
        switch change {
        case 0: try await one.remove(1)
        case 1: try await one.expire(1)
        case 2: try await one.set(1, User(id: 1, name: "x"))
        case 3: try await one.clear()
        default: try await one.remove([1, 2, 3])
        }
        try await world.sleep(for: .milliseconds(10))
        #expect(other.cached(1) == nil)
      }
      await end()
    }
  }

  @Test func `a tag invalidated by one cache is by the other`() throws {
    try Simulation(seed: 2).run { world in
      let (one, other, end) = try await Self.pair(world)
      var options = RequestOptions()
      options.tags = ["team"]
      try await other.set(1, User(id: 1, name: "a"), options: options)
      try await other.set(2, User(id: 2, name: "b"))
      try await world.sleep(for: .milliseconds(10))
      try await one.invalidate(tags: "team")
      try await world.sleep(for: .milliseconds(10))
      #expect(other.cached(1) == nil)
      #expect(try await other.get(1) == nil)
      #expect(try await other.get(2)?.name == "b")
      await end()
    }
  }

  @Test func `a thousand changes at once take few messages`() throws {
    try Simulation(seed: 3).run { world in
      let (one, other, end) = try await Self.pair(world)
      for id in 0..<1000 { try await other.set(id, User(id: id, name: "old")) }
      try await world.sleep(for: .milliseconds(50))
      try await one.remove(0..<1000)
      try await world.sleep(for: .milliseconds(50))
      for id in 0..<1000 { #expect(other.cached(id) == nil) }
      await end()
    }
  }

  // MARK: Plans

  static func problems(_ pipeline: String) throws -> [String] {
    let yaml = """
      version: 1
      stores:
        memory: { kind: reference }
        shared: { kind: reference-shared }
        bus: { kind: bus }
      caches:
        users:
          ttl: 1m
          pipeline:
      \(pipeline.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n"))
      """
    var registry = try Shop.registry
    try? registry.register(ReferenceSharedStore.self)
    let reader = ConfigReader(files: ConfigTexts(["a.yaml": yaml]), environment: { _ in nil })
    return reader.plan("a.yaml", registry: registry).problems.map(\.description)
  }

  @Test func `a store that carries no messages is refused`() throws {
    let found = try Self.problems("- local: { store: memory }\n- coherence: { store: shared }")
    #expect(found.contains { $0.contains("carries no messages; name one that does") })
  }

  @Test func `a store that does not tell of changes is refused where it has to`() throws {
    let found = try Self.problems(
      "- local: { store: memory }\n- coherence: { store: bus, by: changes }")
    #expect(found.contains { $0.contains("does not tell of changes; name one that does") })
  }

  @Test func `a place inside a shared tier is refused`() throws {
    let found = try Self.problems(
      "- local: { store: memory }\n- remote: { store: shared }\n- coherence: { store: bus }")
    #expect(found.contains { $0.contains("must stand outside every tier that the nodes share") })
  }

  @Test func `a silence shorter than two heartbeats is refused`() throws {
    let found = try Self.problems(
      "- local: { store: memory }\n- coherence: { store: bus, heartbeat: 1s, silence: 1s }")
    #expect(found.contains { $0.contains("must be at least twice the heartbeat, 2s") })
  }

  @Test func `cluster scope without locks, or without a shared tier, is refused`() throws {
    let noLocks = try Self.problems(
      "- local: { store: memory }\n- stampede-guard: { scope: cluster, store: memory }\n"
        + "- remote: { store: shared }")
    #expect(noLocks.contains { $0.contains("has no locks; name a store that has, or write") })
    let noStore = try Self.problems(
      "- local: { store: memory }\n- stampede-guard: { scope: cluster }\n- remote: { store: shared }"
    )
    #expect(noStore.contains { $0.contains("needs a store with locks that all nodes share") })
    let noTier = try Self.problems(
      "- local: { store: memory }\n- stampede-guard: { scope: cluster, store: shared }")
    #expect(noTier.contains { $0.contains("no tier that the nodes share lies further in") })
  }

  @Test func `its page and that of the guard name every option with its default`() throws {
    #expect(try PluginPage.missing(Coherence.self, folder: "Coherence") == [])
    #expect(try PluginPage.missing(StampedeGuard.self, folder: "StampedeGuard") == [])
  }
}
