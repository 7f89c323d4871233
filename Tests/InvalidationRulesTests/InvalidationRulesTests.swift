// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import InvalidationRules
import Local
import MemoryStore
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Invalidation rules")
struct InvalidationRulesTests {
  static func plan(_ rules: String, memory: String = "reference") -> String {
    let capacity = memory == "memory" ? ", capacity: 1MiB" : ""
    return """
      version: 1
      stores:
        memory: { kind: \(memory)\(capacity) }
        teams: { kind: reference }
      caches:
        users:
          key: "user:{id}"
          ttl: 10m
          max-stale: 1h
          pipeline:
            - invalidation:
                rules:
      \(rules.split(separator: "\n").map { "            - \($0)" }.joined(separator: "\n"))
            - fail-safe
            - local: { store: memory }
            - stampede-guard
        teams:
          ttl: 10m
          pipeline:
            - local: { store: teams }
            - invalidation:
                rules:
                  - { on: team.changed, keys: ["{team}"] }
      """
  }

  @Test func `a pattern reaches what lies in the second tier only`() throws {
    try Simulation(seed: 8).run { world in
      let yaml = """
        version: 1
        stores:
          memory: { kind: reference }
          far: { kind: reference-bytes }
        caches:
          users:
            ttl: 10m
            pipeline:
              - invalidation: { rules: [{ on: import, patterns: ["1*"], soft: true }] }
              - local: { store: memory }
              - remote: { store: far }
        """
      let strata = try await Shop.open(yaml, world)
      let users = try await fill(strata, 1...40)
      _ = try await strata.stages(Local.self).first?.stage.store.clear("users")
      let report = try await strata.publish("import")
      #expect(report.matched == 11)
      #expect(try await left(users, 1...40) == (2...9) + (20...40))
    }
  }

  private func fill(
    _ strata: Strata, _ ids: some Sequence<Int>
  ) async throws -> Cache<Int, User> {
    let users: Cache<Int, User> = try strata.cache("users")
    for id in ids {
      var options = RequestOptions()
      options.tags = [Tag("team:\(id % 2)")]
      try await users.set(id, User(id: id, name: "old"), options: options)
    }
    return users
  }

  private func left(
    _ users: Cache<Int, User>, _ ids: some Sequence<Int>
  ) async throws -> [Int] {
    var left: [Int] = []
    for id in ids where try await users.get(id) != nil { left.append(id) }
    return left
  }

  @Test func `an event forgets the keys that its fields name`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(
        Self.plan("{ on: user.updated, keys: [\"user:{id}\"] }"), world)
      let users = try await fill(strata, 1...5)
      let report = try await strata.publish("user.updated", ["id": 2])
      #expect(report.rules == 1 && report.keys == 1)
      #expect(try await left(users, 1...5) == [1, 3, 4, 5])
      try await strata.publish("user.updated", ["id": [1, 4, 9]])
      #expect(try await left(users, 1...5) == [3, 5])
      // A text is another key than a number.
      try await strata.publish("user.updated", ["id": "3"])
      #expect(try await left(users, 1...5) == [3, 5])
      #expect(try await strata.publish("user.read", ["id": 3]) == InvalidationReport())
    }
  }

  @Test func `an event forgets what is tagged, and leads to others`() throws {
    try Simulation(seed: 2).run { world in
      let rules = """
        { on: "user.*", tags: ["team:{team}"], then: [team.changed] }
        { on: team.changed, keys: ["user:{team}"], then: [user.loop] }
        """
      let strata = try await Shop.open(Self.plan(rules), world)
      let users = try await fill(strata, 1...4)
      let teams: Cache<Int, String> = try strata.cache("teams")
      try await teams.set(1, "red")
      try await teams.set(0, "blue")
      let report = try await strata.publish("user.moved", ["team": 1])
      #expect(try await left(users, 1...4) == [2, 4])
      #expect(teams.cached(1) == nil && teams.cached(0) == "blue")
      // user.moved, team.changed in two caches, user.loop; each name once.
      #expect(report.rules == 4)
    }
  }

  @Test(arguments: ["reference", "memory"])
  func `a pattern forgets every key that matches`(store: String) throws {
    try Simulation(seed: 3).run { world in
      let strata = try await Shop.open(
        Self.plan("{ on: import, patterns: [\"user:{start}?*\"] }", memory: store), world)
      let users = try await fill(strata, 1...2000)
      let report = try await strata.publish("import", ["start": 1])
      let gone = (1...2000).filter { $0 != 1 && "\($0)".hasPrefix("1") }
      #expect(report.matched == gone.count)
      #expect(try await left(users, 1...2000) == (1...2000).filter { !gone.contains($0) })
      await strata.shutdown()
    }
  }

  @Test func `no load under way when a pattern is swept is stored`() throws {
    try Simulation(seed: 4).run { world in
      let strata = try await Shop.open(
        Self.plan("{ on: import, patterns: [\"user:*\"] }"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let early = world.spawn { _ = try? await users.value(for: 1) { try await source.user(1) } }
      try await world.sleep(for: .milliseconds(5))
      source.publish()
      #expect(try await strata.publish("import").matched == 0)
      await early.wait()
      #expect(users.cached(1) == nil)
      #expect(try await users.value(for: 1) { try await source.user(1) }.name == "2")
    }
  }

  @Test func `a soft rule leaves the value as a fallback`() throws {
    try Simulation(seed: 5).run { world in
      let strata = try await Shop.open(
        Self.plan("{ on: user.updated, keys: [\"user:{id}\"], soft: true }"), world)
      let users = try await fill(strata, [1])
      let source = Source(world)
      source.fail()
      try await strata.publish("user.updated", ["id": 1])
      #expect(users.cached(1) == nil)
      let reply = try await users.reply(for: 1) { _ in try await source.user(1) }
      #expect(reply.isStale && reply.value?.name == "old")
    }
  }

  @Test func `a delayed rule waits, and a shutdown does not`() throws {
    try Simulation(seed: 6).run { world in
      let rules = """
        { on: soon, keys: ["user:{id}"], delay: 5s }
        { on: late, keys: ["user:{id}"], delay: 1h }
        """
      let strata = try await Shop.open(Self.plan(rules), world)
      let users = try await fill(strata, 1...2)
      #expect(try await strata.publish("soon", ["id": 1]).delayed == 1)
      try await world.sleep(for: .milliseconds(4900))
      #expect(try await left(users, 1...2) == [1, 2])
      try await world.sleep(for: .milliseconds(200))
      #expect(try await left(users, 1...2) == [2])
      try await strata.publish("late", ["id": 2])
      let began = world.clock.now
      #expect(await strata.shutdown() == [])
      #expect(world.clock.now == began && world.clock.pendingTimers == 0)
      #expect(users.cached(2) == nil)
    }
  }

  @Test func `an event that lacks a field changes nothing`() throws {
    try Simulation(seed: 7).run { world in
      let rules = """
        { on: user.updated, keys: ["user:1"] }
        { on: user.updated, keys: ["user:{number}"] }
        """
      let strata = try await Shop.open(Self.plan(rules), world)
      let users = try await fill(strata, [1])
      let error = await #expect(throws: CacheError.self) {
        try await strata.publish("user.updated", ["id": 1])
      }
      #expect(error?.message == "The event 'user.updated' has no field 'number'.")
      #expect(try await left(users, [1]) == [1])
      await #expect(throws: CacheError.self) {
        let many = EventField.list((0..<10_001).map { .integer($0) })
        try await strata.publish("user.updated", ["number": many])
      }
    }
  }

  @Test func `rules that mean nothing are refused with the nearest word`() throws {
    func problems(_ rule: String) throws -> String {
      try Shop.problems("- local: { store: memory }\n- invalidation: { rules: [\(rule)] }")
        .joined(separator: "\n")
    }
    #expect(try problems("{ on: a, kyes: [b] }").contains("did you mean \"keys\"?"))
    #expect(try problems("{ keys: [b] }").contains("does not say on what"))
    #expect(try problems("{ on: a }").contains("invalidates nothing"))
    #expect(try problems("{ on: a, keys: [\"u:{\"] }").contains("has a { without a }"))
    #expect(try problems("{ on: a, keys: [b], delay: 5 }").contains("write 5s or 5ms"))
    #expect(try problems("3").contains("is no rule"))
    #expect(try problems("").contains("has no rules"))
  }

  @Test func `patterns are refused over stores that cannot list their keys`() throws {
    let yaml = """
      version: 1
      stores:
        memory: { kind: reference }
        far: { kind: file, path: /store, capacity: 64MiB }
      caches:
        users:
          ttl: 1m
          pipeline:
            - invalidation: { rules: [{ on: a, patterns: ["x*"] }] }
            - local: { store: memory }
            - remote: { store: far }
      """
    let error = #expect(throws: ConfigurationError.self) { try Shop.plan(yaml) }
    #expect("\(String(describing: error))".contains("'far' (file) does not"))
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(InvalidationRules.self, folder: "InvalidationRules") == [])
  }
}

@Suite("Key patterns")
struct KeyPatternTests {
  @Test(arguments: [
    ("user:*", "user:42", true), ("user:*", "users:42", false), ("user:4?", "user:42", true),
    ("user:4?", "user:4", false), ("*", "", true), ("", "", true), ("", "a", false),
    ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false), ("a**b", "ab", true),
    ("a\\*b", "a*b", true), ("a\\*b", "axb", false), ("a\\", "a\\", true),
    ("user:4", "user:4:~g12", true), ("user:4*", "user:4:~c3", true),
    ("user:*:~g1", "user:4:~g1", false), ("*x", "aaaaaaaaaaaaaaax", true),
  ])
  func `a pattern matches what it says`(pattern: String, key: String, matches: Bool) {
    #expect(KeyPattern(pattern).matches(Array(key.utf8)) == matches)
  }

  @Test func `a pattern that tries much ends soon`() {
    let pattern = KeyPattern(String(repeating: "*a", count: 100) + "b")
    #expect(!pattern.matches(Array(repeating: UInt8(ascii: "a"), count: 5000)))
  }

  @Test func `bytes that are escaped match only themselves`() {
    let random = SeededRandom(seed: 5)
    let letters = Array("ab*?\\:".utf8)
    for _ in 0..<2000 {
      let one = (0..<Int(random.below(6))).map { _ in letters[Int(random.below(6))] }
      let other = (0..<Int(random.below(6))).map { _ in letters[Int(random.below(6))] }
      let pattern = KeyPattern(bytes: KeyPattern.escaped(one))
      #expect(pattern.matches(one))
      #expect(pattern.matches(other) == (one == other))
    }
  }
}
