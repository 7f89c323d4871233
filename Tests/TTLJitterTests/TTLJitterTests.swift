// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import TTLJitter
import Strata
import StrataCore
import StrataTesting
import TestSupport
import Testing

@Suite("TTL jitter")
struct TTLJitterTests {
  /// The times, in seconds, that so many entries with a ttl of 100 s got.
  private func lifetimes(_ options: [String: String], _ count: Int) throws -> [Double] {
    try Simulation(seed: 7).run { world in
      let policy = CachePolicy(name: "test", ttl: .seconds(100))
      let context = CacheContext(policy: policy, runtime: world.runtime)
      let block = StageOptions(block: .written(options), cache: context)
      let stage = try TTLJitter(options: block, runtime: world.runtime)
      let pipeline = Pipeline(stages: [stage], context: context)
      let value = LoadedValue(LivePayload(1))
      let keys = (0..<1000).map { CacheKey(bytes: Array("test:\($0)".utf8), seed: 1) }
      let write = CacheRequest(
        .write(.many([LoadedValue](repeating: value, count: keys.count))), keys: .many(keys))
      var seconds: [Double] = []
      while seconds.count < count {
        for reply in try await pipeline.respond(to: write.again()).results {
          guard let entry = reply.entry else { continue }
          seconds.append(Double((entry.freshUntil - world.clock.now).saturatingNanoseconds) / 1e9)
        }
      }
      return seconds
    }
  }

  @Test func `a million expiries are spread evenly over the band and never leave it`() throws {
    let seconds = try lifetimes(["spread": "10%"], 1_000_000)
    #expect(seconds.allSatisfy { $0 >= 90 && $0 <= 110 })
    #expect(Distribution(seconds).follows { ($0 - 90) / 20 })
    #expect(!Distribution(seconds).follows { ($0 - 90) / 20.1 })
  }

  @Test func `of keys loaded together the most in a second are at most twice the mean`() throws {
    let seconds = try lifetimes(["spread": "10%"], 100_000)
    let reloads = Dictionary(grouping: seconds) { Int($0) }.mapValues(\.count)
    let mean = 100_000.0 / 20
    #expect(Double(reloads.values.max() ?? 0) <= 2 * mean)
  }

  @Test func `one side stays on its side`() throws {
    let shorter = try lifetimes(["spread": "20%", "side": "shorter"], 1000)
    #expect(shorter.allSatisfy { $0 >= 80 && $0 <= 100 })
    let longer = try lifetimes(["spread": "20%", "side": "longer"], 1000)
    #expect(longer.allSatisfy { $0 >= 100 && $0 <= 120 })
  }

  @Test func `outside every tier it is warned about`() throws {
    let problems = try Shop.problems("- ttl-jitter\n- local: { store: memory }")
    #expect(problems.contains { $0.contains("spreads nothing here") })
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(TTLJitter.self, folder: "TTLJitter") == [])
  }
}
