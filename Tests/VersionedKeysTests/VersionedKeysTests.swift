// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing
import VersionedKeys

@Suite("Versioned keys")
struct VersionedKeysTests {
  static func plan(_ options: String = "") -> String {
    """
    version: 1
    stores:
      memory: { kind: reference }
      shared: { kind: reference-bytes }
    caches:
      users:
        key: "user:{id}"
        ttl: 10m
        pipeline:
          - versioned-keys: { \(options) }
          - full-road
          - local: { store: memory }
          - stampede-guard
          - remote: { store: shared }
    """
  }

  private func keys(_ strata: Strata) throws -> VersionedKeys {
    try #require(strata.stage(VersionedKeys.self, in: "users"))
  }

  @Test func `a bump leaves everything behind, and going back finds it again`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      source.publish()
      #expect(try await keys(strata).bump() == 1)
      #expect(users.cached(1) == nil)
      let reply = try await users.reply(for: 1) { _ in try await source.user(1) }
      #expect(reply.value?.name == "2" && reply.generation == 1)
      #expect(users.cached(1)?.name == "2")
      try await keys(strata).roll(backTo: 0)
      #expect(users.cached(1)?.name == "1")
      #expect(try await users.reply(for: 1).generation == 0)
      // Never a number twice: generation 1 has entries.
      #expect(try await keys(strata).bump() == 2)
      #expect(users.cached(1) == nil)
    }
  }

  @Test func `hits of a later generation stay on the fast road`() throws {
    try Simulation(seed: 2).run { world in
      let strata = try await Shop.open(Self.plan("first: 7"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      for _ in 0..<100 { _ = try await user(1) }
      #expect(strata.walks(in: "users") == 1)
      #expect(try keys(strata).generation == 7)
      let seen = strata.stage(FullRoad.self, in: "users")?.requests.first?.keys.first?.text
      #expect(seen == "users:user:1:~g7")
    }
  }

  @Test func `a load that began before a bump is not found after it`() throws {
    try Simulation(seed: 3).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let early = world.spawn { _ = try? await users.value(for: 1) { try await source.user(1) } }
      try await world.sleep(for: .milliseconds(5))
      source.publish()
      try await keys(strata).bump()
      await early.wait()
      #expect(try await users.get(1) == nil)
      #expect(try await users.value(for: 1) { try await source.user(1) }.name == "2")
    }
  }

  @Test func `the generation stays over a reload, and over a restart where a store keeps it`()
    throws
  {
    try Simulation(seed: 4).run { world in
      let strata = try await Shop.open(Self.plan("store: shared"), world)
      try await world.sleep(for: .milliseconds(1))
      try await keys(strata).bump()
      try await strata.replace(plan: try Shop.plan(Self.plan("store: shared, check: 1s")))
      #expect(try keys(strata).generation == 1)
      try await strata.replace(plan: try Shop.plan(Self.plan("store: shared, first: 5")))
      #expect(try keys(strata).generation == 5)
    }
  }

  @Test func `two nodes on one store follow each other within the check`() throws {
    try Simulation(seed: 5).run { world in
      let store = ReferenceByteStore(runtime: world.runtime)
      let nodes = try (0..<2).map { _ in try Node(world, store) }
      for node in nodes { node.pipeline.start() }
      try await world.sleep(for: .seconds(1))
      #expect(try await nodes[0].stage.bump() == 1)
      #expect(nodes[1].stage.generation == 0)
      try await world.sleep(for: .seconds(5))
      #expect(nodes[1].stage.generation == 1)
      #expect(try await nodes[1].stage.bump() == 2)
      try await nodes[1].stage.roll(backTo: 1)
      try await world.sleep(for: .seconds(5))
      #expect(nodes.map(\.stage.generation) == [1, 1])
      #expect(try await nodes[0].stage.bump() == 3)
      // A node that starts later begins where the others are.
      let third = try Node(world, store)
      third.pipeline.start()
      await world.settle()
      try await world.sleep(for: .seconds(1))
      #expect(third.stage.generation == 3)
      for node in nodes + [third] { await node.pipeline.shutdown(by: world.clock.now) }
    }
  }

  @Test func `before the generation is known the cache is bypassed`() throws {
    try Simulation(seed: 6).run { world in
      let inner = ReferenceByteStore(runtime: world.runtime)
      let plan = ChaosPlan().sometimes(.fail, rate: 1)
      let store = ChaosStore(inner, runtime: world.runtime, plan: plan)
      let node = try Node(world, store)
      node.pipeline.start()
      await #expect(throws: (any Error).self) { try await node.stage.bump() }
      #expect(node.stage.generation == 0)
      let request = CacheRequest(.read, keys: .one(node.key))
      _ = try await node.pipeline.respond(to: request)
      #expect(node.road.requests.map { $0.options.skipReading == .all } == [true])
      await node.pipeline.shutdown(by: world.clock.now)
    }
  }

  @Test func `what never was is not gone back to`() throws {
    try Simulation(seed: 7).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let keys = try keys(strata)
      await #expect(throws: CacheError.self) { try await keys.roll(backTo: 1) }
      await #expect(throws: CacheError.self) { try await keys.roll(backTo: -1) }
    }
  }

  @Test func `places where it cannot work are refused or warned about`() throws {
    let behind = try Shop.problems("- local: { store: memory }\n- versioned-keys")
    #expect(behind.contains { $0.contains("must stand before every tier") })
    let twice = try Shop.problems("- versioned-keys\n- versioned-keys\n- local: { store: memory }")
    #expect(twice.contains { $0.contains("has nothing to do") })
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(VersionedKeys.self, folder: "VersionedKeys") == [])
  }
}

/// One of several processes: a pipeline of its own over a store of all.
private final class Node: Sendable {
  let stage: VersionedKeys
  let pipeline: Pipeline
  let key: CacheKey
  let road: FullRoad

  init(_ world: Simulation, _ store: any CacheStore) throws {
    let context = CacheContext(
      policy: CachePolicy(name: "users", ttl: .seconds(60)), runtime: world.runtime)
    let block = OptionBlock.written(["store": "shared"])
    stage = try VersionedKeys(
      options: StageOptions(block: block, cache: context, stores: ["shared": store]),
      runtime: world.runtime)
    road = try FullRoad(
      options: StageOptions(block: .written([:]), cache: context), runtime: world.runtime)
    key = CacheKey(bytes: Array("users:1".utf8), seed: 0)
    pipeline = Pipeline(stages: [stage, road], context: context)
  }
}
