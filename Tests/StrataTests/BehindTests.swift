// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Work behind the callers' backs")
struct BehindTests {
  static let plan = """
    version: 1
    stores:
      memory: { kind: reference }
    caches:
      users:
        ttl: 2s
        max-stale: 1m
        pipeline:
          - fail-safe: { soft-timeout: 100ms, hard-timeout: 2s, throttle: 500ms }
          - local: { store: memory }
          - refresh-ahead: { at: 60% }
          - stampede-guard
    """

  @Test func `a refresh longer than the soft timeout is stored when it ends`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Self.plan, world)
      let users: Cache<Int, User> = try strata.cache("users")
      let edition = Lock(1)
      let user = users.wrap { id in
        let name = "edition \(edition.withLock { $0 })"
        try await world.sleep(for: .milliseconds(300))
        return User(id: id, name: name)
      }
      _ = try await user(1)
      edition.withLock { $0 = 2 }
      try await world.sleep(for: .milliseconds(1300))
      #expect(try await user(1).name == "edition 1")
      try await world.sleep(for: .milliseconds(350))
      #expect(try await user(1).name == "edition 2")
      for report in world.reports.all { print(report) }
    }
  }
}
