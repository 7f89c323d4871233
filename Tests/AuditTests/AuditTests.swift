// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Audit
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Audit")
struct AuditTests {
  static func plan(_ options: String) -> String {
    Shop.yaml(
      """
      - audit: { \(options) }
      - full-road
      - fail-safe: { throttle: 1ms }
      - local: { store: memory }
      - stampede-guard
      """, settings: "ttl: 10s\nmax-stale: 1m")
  }

  private func lines(_ world: Simulation) -> [CacheReport] {
    world.reports.all.filter { $0.source == "audit" }
  }

  @Test func `what was decided is said, with level and reason, and without value or key`() throws {
    try Shop.run(Self.plan("level: debug"), seed: 1) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(4711)
      _ = try await users.getMany([4711, 4712])
      try await world.sleep(for: .seconds(11))
      source.fail()
      _ = try await user(4711)
      await #expect(throws: Source.Down()) { try await user(4713) }
      try await users.remove(4711)
      try await users.invalidate(tags: "secret-team")
      let said = lines(world).map { "\($0.level) \($0.message)" }
      #expect(
        said == [
          "info read loaded", "info read answered", "warning read stale", "error read failed",
          "info remove done", "info invalidate done",
        ])
      let details = lines(world).map { report in
        report.details.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
      }
      #expect(details[0].contains("reason=never-cached") && details[0].contains("took=20ms"))
      #expect(details[1].contains("hit=1") && details[1].contains("miss=1"))
      #expect(details[2].contains("tier=memory") && details[2].contains("loader-failed"))
      #expect(details[3].contains("error=Down"))
      let text = lines(world).map(\.description).joined()
      #expect(!text.contains("4711") && !text.contains("secret-team") && !text.contains("name"))
    }
  }

  @Test func `an outage of a million reads writes the lines of its seconds`() throws {
    try Simulation(seed: 2).run { world in
      let strata = try await Shop.open(Self.plan("per-second: 10"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      source.fail()
      source.take(.milliseconds(1))
      for _ in 0..<5_000 { _ = try? await users.value(for: 1) { try await source.user(1) } }
      let written = lines(world)
      #expect(written.count >= 50 && written.count <= 60)
      source.fail(false)
      try await world.sleep(for: .seconds(1))
      source.fail()
      _ = try? await users.value(for: 2) { try await source.user(2) }
      await strata.shutdown()
      let held = lines(world).compactMap { report in
        report.details.first { $0.name == "suppressed" }.flatMap { Int($0.value) }
      }
      #expect(held.reduce(0, +) + lines(world).count { $0.message == "read failed" } == 5_001)
    }
  }

  @Test func `hits stay on the fast road and are counted where that is asked for`() throws {
    try Simulation(seed: 3).run { world in
      for counts in [true, false] {
        let strata = try await Shop.open(Self.plan("hits: \(counts)"), world)
        let users: Cache<Int, User> = try strata.cache("users")
        let source = Source(world)
        let user = users.wrap(source.user)
        _ = try await user(1)
        for _ in 0..<500 { _ = try await user(1) }
        #expect(strata.walks(in: "users") == 1)
        try await users.remove(1)
        let last = try #require(lines(world).last)
        let hits = last.details.first { $0.name == "fast-hits" }?.value
        #expect(hits == (counts ? "500" : nil))
        await strata.shutdown()
      }
    }
  }

  @Test func `sampling spares the warnings`() throws {
    try Simulation(seed: 4).run { world in
      let strata = try await Shop.open(
        Self.plan("sample: 10%, per-second: 100000, keys: plain"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      for id in 0..<1000 { _ = try await users.value(for: id) { try await source.user(id) } }
      let loads = lines(world).count { $0.message == "read loaded" }
      #expect(loads > 60 && loads < 140)
      #expect(lines(world).allSatisfy { $0.details[0].value.hasPrefix("users:") })
      source.fail()
      for id in 1000..<1100 { _ = try? await users.value(for: id) { try await source.user(id) } }
      #expect(lines(world).count { $0.message == "read failed" } == 100)
    }
  }

  @Test func `a place where it misses what callers see is warned about`() throws {
    let twice = try Shop.problems("- audit\n- audit\n- local: { store: memory }")
    #expect(twice.contains { $0.contains("would report everything twice") })
    let behind = try Shop.problems("- local: { store: memory }\n- audit")
    #expect(behind.contains { $0.contains("does not see what local answers") })
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(Audit.self, folder: "Audit") == [])
  }
}
