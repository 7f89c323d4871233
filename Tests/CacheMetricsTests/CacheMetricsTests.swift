// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import CacheMetrics
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Metrics")
struct CacheMetricsTests {
  static func plan(_ options: String = "") -> String {
    Shop.yaml(
      """
      - metrics: { \(options) }
      - full-road
      - fail-safe
      - local: { store: memory }
      - stampede-guard
      """, settings: "ttl: 10s\nmax-stale: 1m")
  }

  private func counters(_ strata: Strata) throws -> MetricsSnapshot {
    try #require(strata.metrics.first)
  }

  @Test func `a fresh local hit is counted and does not leave the fast road`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      #expect(strata.walks(in: "users") == 1)
      for _ in 0..<1000 { _ = try await user(1) }
      for _ in 0..<1000 { _ = users.cached(1) }
      #expect(strata.walks(in: "users") == 1)
      let seen = try counters(strata)
      #expect(seen.count("read", "fast") == 2000)
      #expect(seen.count("read", "loaded") == 1)
      #expect(seen.tiers.map(\.fastHits) == [2000])
      #expect(seen.hitRatio == 2000.0 / 2001.0)
    }
  }

  @Test func `each outcome is counted, with the reason where there is one`() throws {
    try Simulation(seed: 2).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      _ = try await users.get(9)
      try await world.sleep(for: .seconds(11))
      source.fail()
      _ = try await user(1)
      await #expect(throws: Source.Down()) { try await user(2) }
      try await users.remove(1)
      try await users.set(3, User(id: 3, name: "set"))
      try await users.clear()
      let seen = try counters(strata)
      #expect(seen.count("read", "loaded") == 1)
      #expect(seen.count("read", "miss") == 1)
      #expect(seen.count("read", "stale") == 1)
      #expect(seen.count("read", "failed") == 1)
      #expect(seen.count("remove", "done") == 1)
      #expect(seen.count("write", "done") == 1)
      #expect(seen.count("clear", "done") == 1)
      #expect(seen.stale == [.loaderFailed: 1])
      #expect(seen.misses == [.neverCached: 3, .expired: 1])
      #expect(seen.loads.count == 3 && seen.failedLoads == 2)
      #expect(seen.tiers.map(\.name) == ["memory"])
      #expect(seen.tiers.map(\.stale) == [1])
      #expect(seen.tiers.map(\.misses) == [[.neverCached: 3, .expired: 1]])
    }
  }

  @Test func `callers of one load are told apart from the one who loaded`() throws {
    try Simulation(seed: 3).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let calls = (0..<50).map { _ in
        world.spawn { _ = try? await users.value(for: 1) { try await source.user(1) } }
      }
      for call in calls { await call.wait() }
      let seen = try counters(strata)
      #expect(seen.count("read", "loaded") == 1)
      #expect(seen.count("read", "shared") == 49)
      #expect(seen.loads.count == 1)
    }
  }

  @Test func `latencies are taken on the full road, and are right within one percent`() throws {
    try Simulation(seed: 4).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      for id in 1...100 {
        source.take(.milliseconds(id))
        _ = try await users.value(for: id) { try await source.user(id) }
      }
      let seen = try counters(strata)
      let wanted: [(Double, Duration)] = [
        (0.5, .milliseconds(50)), (0.95, .milliseconds(95)), (0.99, .milliseconds(99)),
        (0.999, .milliseconds(100)),
      ]
      for (part, exact) in wanted {
        for latency in [seen.reads, seen.loads] {
          let found = try #require(latency.quantile(part))
          #expect((found - exact) * 100 <= exact && (exact - found) * 100 <= exact)
        }
      }
      #expect(seen.reads.count == 100)
      #expect(seen.reads.sum == .milliseconds(5050))
    }
  }

  @Test func `labels are counted apart up to their bound, on both roads`() throws {
    try Simulation(seed: 5).run { world in
      let strata = try await Shop.open(Self.plan("max-labels: 2"), world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      for (id, label) in ["shop", "mail", "search", "other", "shop"].enumerated() {
        var options = RequestOptions()
        options.label = label
        let given = options
        for _ in 0..<3 {
          _ = try await users.value(for: id, options: given) { _ in try await source.user(id) }
        }
      }
      let seen = try counters(strata)
      #expect(seen.count("read", "fast", label: "shop") == 4)
      #expect(seen.count("read", "loaded", label: "shop") == 2)
      #expect(seen.count("read", "fast", label: "mail") == 2)
      #expect(seen.count("read", "fast", label: "other") == 4)
      #expect(seen.series.compactMap(\.label) == ["mail", "shop", "other"])
      #expect(seen.count("read", "fast") == 10)
    }
  }

  @Test func `a refresh behind is no request of a caller`() throws {
    try Simulation(seed: 6).run { world in
      let ahead = "      - refresh-ahead: { at: 50% }"
      let yaml = Self.plan().replacing(
        "      - stampede-guard", with: "\(ahead)\n      - stampede-guard")
      let strata = try await Shop.open(yaml, world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      try await world.sleep(for: .seconds(6))
      _ = try await user(1)
      try await world.sleep(for: .seconds(1))
      let seen = try counters(strata)
      #expect(seen.count("read", "loaded") == 1)
      #expect(seen.count("read", "hit") == 1)
      #expect(seen.count("refresh", "loaded") == 1)
      #expect(seen.loads.count == 2)
      #expect(seen.tiers.map(\.hits) == [1])
    }
  }

  @Test func `counters go on when the plan is reloaded`() throws {
    try Simulation(seed: 7).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let users: Cache<Int, User> = try strata.cache("users")
      try await users.set(1, User(id: 1, name: "set"))
      _ = users.cached(1)
      try await strata.replace(plan: try Shop.plan(Self.plan("max-labels: 3")))
      _ = users.cached(1)
      let seen = try counters(strata)
      #expect(seen.count("read", "fast") == 2)
      #expect(seen.count("write", "done") == 1)
    }
  }

  @Test func `a second one is refused, and one behind a tier is told what it misses`() throws {
    let twice = try Shop.problems("- metrics\n- metrics\n- local: { store: memory }")
    #expect(twice.contains { $0.contains("would count everything twice") })
    let behind = try Shop.problems("- local: { store: memory }\n- metrics")
    #expect(behind.contains { $0.contains("warning") && $0.contains("move it before local") })
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(CacheMetrics.self, folder: "CacheMetrics") == [])
  }
}
