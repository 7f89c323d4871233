// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BinaryCodec
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Session store")
struct SessionStoreTests {
  struct Login: Codable, Sendable, Equatable {
    var user: Int
    var visits = 0
  }

  private static func sessions(
    _ store: any CacheStore, _ world: Simulation
  ) -> SessionStore<Login> {
    SessionStore(
      "web", in: store, idle: .seconds(60), lifetime: .seconds(600), format: BinaryCodec(),
      runtime: world.runtime)
  }

  @Test func `a session lives while it is used, and no longer than its lifetime`() throws {
    try Simulation(seed: 1).run { world in
      for store in RateLimiterTests.stores(world) {
        let sessions = Self.sessions(store, world)
        let id = try await sessions.create(Login(user: 42))
        let idle = try await sessions.create(Login(user: 1))
        for _ in 0..<11 {
          try await world.sleep(for: .seconds(50))
          #expect(try await sessions.load(id) == Login(user: 42))
        }
        #expect(try await sessions.load(idle) == nil)
        try await world.sleep(for: .seconds(50))
        #expect(try await sessions.load(id) == nil)
      }
    }
  }

  @Test func `changes at once on two nodes all count`() throws {
    try Simulation(seed: 2).run { world in
      for store in RateLimiterTests.stores(world) {
        let isShared = type(of: store).capabilities.contains(.versions)
        let one = Self.sessions(store, world)
        let nodes = isShared ? [one, Self.sessions(store, world)] : [one]
        let id = try await one.create(Login(user: 42))
        let callers = (0..<12).map { caller in
          world.spawn {
            _ = try? await nodes[caller % nodes.count].update(id) { $0.visits += 1 }
          }
        }
        for caller in callers { await caller.wait() }
        #expect(try await one.load(id)?.visits == 12)
      }
    }
  }

  @Test func `a new id ends the old one, and an ended session is gone`() throws {
    try Simulation(seed: 3).run { world in
      let sessions = Self.sessions(ReferenceStore(runtime: world.runtime), world)
      let old = try await sessions.create(Login(user: 42))
      let new = try #require(try await sessions.rotate(old))
      #expect(try await sessions.load(old) == nil)
      #expect(try await sessions.rotate(old) == nil)
      #expect(try await sessions.load(new) == Login(user: 42))
      try await sessions.end(new)
      #expect(try await sessions.load(new) == nil)
      #expect(try await sessions.update(new) { $0.visits += 1 } == nil)
    }
  }

  @Test func `an id comes from outside as text, is never shown, and is never guessed`() throws {
    try Simulation(seed: 4).run { world in
      let sessions = Self.sessions(ReferenceStore(runtime: world.runtime), world)
      let id = try await sessions.create(Login(user: 42))
      let again = try #require(SessionID(id.text))
      #expect(try await sessions.load(again) == Login(user: 42))
      #expect(!"\(id) \(String(reflecting: id))".contains(id.text.prefix(4)))
      for text in ["", "42", id.text.uppercased() + "G", id.text + "0", "../../etc/passwd"] {
        #expect(SessionID(text) == nil)
      }
      var ids: Set<SessionID> = []
      for _ in 0..<100 { ids.insert(try await sessions.create(Login(user: 1))) }
      #expect(ids.count == 100)
    }
  }

  @Test func `a plan gives both, and names the stores it has`() throws {
    let yaml = """
      version: 1
      stores: { memory: { kind: memory, capacity: 1MiB } }
      caches:
        users: { ttl: 1m, pipeline: [{ local: { store: memory } }] }
      """
    try Simulation(seed: 5).run { world in
      let strata = try await Shop.open(yaml, world)
      let sessions: SessionStore<Login> = try strata.sessions(
        "web", in: "memory", idle: .seconds(60))
      let id = try await sessions.create(Login(user: 7))
      #expect(try await sessions.load(id)?.user == 7)
      let limiter = try strata.limiter("login", in: "memory", .slidingLog(2, per: .seconds(60)))
      #expect(try await limiter.take("7").remaining == 1)
      let error = #expect(throws: CacheError.self) { try strata.store("memroy") }
      #expect(error?.message.contains("did you mean 'memory'?") == true)
      await strata.shutdown()
    }
  }
}
