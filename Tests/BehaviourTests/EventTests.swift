// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("What is said of a call, as other libraries test their events")
struct EventTests {
  static let told = [
    "metrics", "audit: { level: debug, per-second: 100000 }", "fail-safe: { throttle: 1ms }",
    Stand.local, "refresh-ahead: { at: 50% }", "stampede-guard", Stand.remote,
  ]

  private func said(_ stand: Stand) -> [String] {
    stand.world.reports.all.filter { $0.source == "audit" }.map { report in
      let behind = report.details.contains { $0.name == "behind" }
      return "\(report.message)\(behind ? " behind" : "")"
    }
  }

  @Test func `a miss, a hit, a set and a removal are told apart`() throws {
    try stand(1, Self.told) { stand in
      #expect(try await stand.users.get(1) == nil)
      try await stand.users.set(1, User(id: 1, name: ""))
      #expect(try await stand.users.get(1) != nil)
      try await stand.users.remove(1)
      try await stand.users.expire(1)
      // The hit stayed on the fast road, and is a count.
      #expect(said(stand) == ["read miss", "write done", "remove done", "expire done"])
      #expect(stand.strata.metrics[0].count("read", "fast") == 1)
    }
  }

  @Test func `a load that fails, with and without a stale value, and one that works again`() throws
  {
    try stand(2, Self.told) { stand in
      stand.source.fail()
      _ = try? await stand.user(1)
      stand.source.fail(false)
      _ = try await stand.user(1)
      stand.source.fail()
      try await stand.world.sleep(for: .seconds(11))
      _ = try await stand.user(1)
      stand.source.fail(false)
      try await stand.world.sleep(for: .seconds(1))
      _ = try await stand.user(1)
      #expect(said(stand) == ["read failed", "read loaded", "read stale", "read loaded"])
      let counted = stand.strata.metrics[0]
      #expect(counted.loads.count == 4 && counted.failedLoads == 2)
      #expect(counted.stale == [.loaderFailed: 1])
    }
  }

  @Test func `a refresh behind is told from the read that set it off`() throws {
    try stand(3, Self.told) { stand in
      _ = try await stand.user(1)
      try await stand.world.sleep(for: .seconds(6))
      _ = try await stand.user(1)
      try await stand.world.sleep(for: .seconds(1))
      #expect(said(stand) == ["read loaded", "read hit", "read loaded behind"])
    }
  }

  @Test func `each tier's hits and misses are its own`() throws {
    try stand(4, Self.told) { stand in
      _ = try await stand.user(1)
      try await stand.forget()
      _ = try await stand.user(1)
      _ = try await stand.user(1)
      _ = try await stand.user(2)
      let tiers = stand.strata.metrics[0].tiers
      #expect(tiers.map(\.name) == ["memory", "far"])
      #expect(tiers.map(\.fastHits) == [1, 0])
      #expect(tiers.map(\.hits) == [0, 1])
      #expect(tiers.map { $0.misses.values.reduce(0, +) } == [3, 2])
    }
  }
}
