// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Sessions")
struct WitnessTests {
  static let plan = Shop.yaml(
    """
    - full-road
    - local: { store: memory }
    - stampede-guard
    """)

  private static func world(
    _ seed: UInt64,
    _ body: @escaping @Sendable (Simulation, Strata, Cache<Int, User>, Source) async throws -> Void
  ) throws {
    try Simulation(seed: seed).run { world in
      let strata = try await Shop.open(plan, world)
      try await body(world, strata, try strata.cache("users"), Source(world))
    }
  }

  @Test func `the holder of a witness reads its own write, and others stay on the fast road`()
    throws
  {
    try Self.world(1) { world, strata, users, source in
      let witness = strata.witness()
      let own = users.seen(by: witness)
      let load: @Sendable (LoadContext) async throws -> User = { _ in try await source.user(1) }
      _ = try await own.value(for: 1, load: load)
      let walks = strata.walks(in: "users")
      _ = try await own.value(for: 1, load: load)
      #expect(strata.walks(in: "users") == walks && witness.isEmpty)
      try await own.set(1, User(id: 1, name: "mine"))
      #expect(try await own.value(for: 1, load: load).name == "mine")
      _ = try await own.value(for: 2) { _ in try await source.user(2) }
      let between = strata.walks(in: "users")
      _ = try await users.value(for: 1, load: load)
      _ = try await own.get(2)
      #expect(strata.walks(in: "users") == between)
      #expect(source.loads == 2)
    }
  }

  @Test func `what is older than the witness's change is gone past, on a node that knows of none`()
    throws
  {
    try Self.world(2) { world, strata, users, source in
      // Another process: its versions mean nothing here, and its message has not come.
      let elsewhere = try await Shop.open(Self.plan, world)
      let theirs: Cache<Int, User> = try elsewhere.cache("users")
      try await theirs.set(1, User(id: 1, name: "old"))
      let witness = strata.witness()
      try await users.seen(by: witness).remove(1)
      let carried = try #require(elsewhere.witness(from: witness.description))
      let load: @Sendable (LoadContext) async throws -> User = { _ in try await source.user(1) }
      #expect(try await theirs.value(for: 1, load: load).name == "old")
      #expect(try await theirs.seen(by: carried).value(for: 1, load: load).name == "1")
      try await world.sleep(for: .seconds(31))
      #expect(carried.isEmpty && witness.isEmpty && witness.description == "")
    }
  }

  @Test func `a clear and a tag concern the whole cache, and no other`() throws {
    try Self.world(3) { world, strata, users, source in
      let witness = strata.witness()
      let own = users.seen(by: witness)
      try await users.set(1, User(id: 1, name: "before"))
      try await own.invalidate(tags: ["nobody has it"])
      #expect(try await users.get(1) != nil)
      #expect(try await own.get(1) == nil)
      try await own.clear()
      #expect(try await own.find(1) { _ in nil } == nil)
      #expect(witness.description.split(separator: ".").count == 1)
    }
  }

  @Test func `a witness remembers the last changes only, and fits into a cookie`() throws {
    try Self.world(4) { world, strata, users, source in
      let witness = strata.witness()
      let own = users.seen(by: witness)
      for id in 0..<100 { try await own.set(id, User(id: id, name: "x")) }
      #expect(witness.description.split(separator: ".").count == Witness.capacity)
      #expect(witness.description.utf8.count <= 3 * 1024)
      #expect(strata.witness(from: witness.description)?.description == witness.description)
    }
  }

  @Test(arguments: ["x", "1-2-3", "-----", "1--1-1-1.zz", "g--1-1-1", "1-ab-1-1-1"])
  func `a text that is no witness gives none`(text: String) throws {
    try Self.world(5) { world, strata, users, source in
      #expect(strata.witness(from: text) == nil)
    }
  }
}
