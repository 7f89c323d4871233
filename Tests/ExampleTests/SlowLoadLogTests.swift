// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Example
import StrataCore
import StrataTesting
import Testing

@Suite("The stage slow-load-log")
struct SlowLoadLogTests {
  /// A pipeline of nothing but the stage, and one read through it whose load takes `time`.
  private func reports(
    of time: Duration, options: [String: String] = [:], loads: Int = 1
  ) throws -> [CacheReport] {
    try Simulation(seed: 1).run { world in
      let cache = CacheContext(
        policy: CachePolicy(name: "users", ttl: .seconds(60)), runtime: world.runtime)
      let block = OptionBlock.written(options)
      let stage = try SlowLoadLog(
        options: StageOptions(block: block, cache: cache), runtime: world.runtime)
      let pipeline = Pipeline(stages: [stage], context: cache)
      let keys = (0..<loads).map { CacheKey(bytes: Array("users:\($0)".utf8), seed: 0) }
      let loader = Loader.each { _ in
        try await world.sleep(for: time)
        return LivePayload("a secret value")
      }
      _ = try await pipeline.respond(
        to: CacheRequest(.read, keys: Batch(keys), loader: loader))
      return world.reports.all
    }
  }

  @Test func `it keeps the contract of stages`() {
    #expect(checkStage(SlowLoadLog.self, options: ["over": "1ms"]) == [])
  }

  @Test func `a load over the limit is reported with its time`() throws {
    let reports = try reports(of: .milliseconds(250))
    #expect(reports.map(\.message) == ["slow load"])
    #expect(reports[0].level == .warning && reports[0].cache == "users")
    #expect(reports[0].details.contains { $0.name == "took" && $0.value == "250ms" })
  }

  @Test func `a load within the limit is not`() throws {
    #expect(try reports(of: .milliseconds(200)).isEmpty)
  }

  @Test func `the options are the limit and the level`() throws {
    let reports = try reports(
      of: .milliseconds(20), options: ["over": "10ms", "level": "info"])
    #expect(reports.map(\.level) == [.info])
  }

  @Test func `every slow key of a batch is reported`() throws {
    #expect(try reports(of: .seconds(1), loads: 3).count == 3)
  }

  @Test func `neither the key nor the value is in a report`() throws {
    let text = try reports(of: .seconds(1)).map(\.description).joined()
    #expect(!text.contains("users:0") && !text.contains("secret"))
  }

  @Test func `a limit beyond the cache's timeout is doubtful`() {
    func problems(_ over: String, timeout: Duration?) -> [PlacementProblem] {
      let stage = StagePlacement.Neighbour(
        id: SlowLoadLog.id, block: OptionBlock.written(["over": over]), store: nil)
      let policy = CachePolicy(name: "users", ttl: .seconds(60), timeout: timeout)
      return SlowLoadLog.check(StagePlacement(policy: policy, pipeline: [stage], position: 0))
    }
    #expect(problems("2s", timeout: .seconds(1)).map(\.severity) == [.warning])
    #expect(problems("2s", timeout: .seconds(3)).isEmpty)
    #expect(problems("2s", timeout: nil).isEmpty)
  }
}
