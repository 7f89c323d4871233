// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("TTL jitter")
struct TTLJitterTests {
  static func plan(_ options: String) -> String {
    """
    version: 1
    stores:
      memory: { kind: reference }
    caches:
      users:
        ttl: 100s
        pipeline:
          - local: { store: memory }
          - ttl-jitter: { \(options) }
    """
  }

  private func lifetimes(_ options: String, _ count: Int) throws -> [Double] {
    try Simulation(seed: 7).run { world in
      let strata = try await Shop.open(Self.plan(options), world)
      let users: Cache<Int, User> = try strata.cache("users")
      var seconds: [Double] = []
      for id in 0..<count {
        try await users.set(id, User(id: id, name: "x"))
        let left = try await users.remaining(id) ?? .zero
        seconds.append(Double(left.saturatingNanoseconds) / 1e9)
      }
      return seconds
    }
  }

  @Test func `expiries are spread evenly over the band and never leave it`() throws {
    let seconds = try lifetimes("spread: 10%", 4000)
    #expect(seconds.allSatisfy { $0 >= 90 && $0 <= 110 })
    // Kolmogorov-Smirnov against the uniform distribution, p > 0.01.
    let sorted = seconds.sorted()
    let count = Double(sorted.count)
    let distance =
      sorted.enumerated().map { index, value in
        let expected = (value - 90) / 20
        return max(abs(expected - Double(index) / count), abs(expected - Double(index + 1) / count))
      }.max() ?? 1
    #expect(distance < 1.63 / count.squareRoot())
  }

  @Test func `one side stays on its side`() throws {
    #expect(try lifetimes("spread: 20%, side: shorter", 200).allSatisfy { $0 >= 80 && $0 <= 100 })
    #expect(try lifetimes("spread: 20%, side: longer", 200).allSatisfy { $0 >= 100 && $0 <= 120 })
  }

  @Test func `outside every tier it is warned about`() throws {
    let problems = try Shop.problems("- ttl-jitter\n- local: { store: memory }")
    #expect(problems.contains { $0.contains("spreads nothing here") })
  }
}
