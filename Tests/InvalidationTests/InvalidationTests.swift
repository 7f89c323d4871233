// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import NodeSimulation
import StrataCore
import StrataTesting
import Testing

@Suite("Many nodes in a bad network keep the promises")
struct InvalidationTests {
  /// `STRATA_SEED=n` replays one scenario; `STRATA_SEQUENCES=n` runs another number of them.
  static let environment = ProcessInfo.processInfo.environment
  static let seed = environment["STRATA_SEED"].flatMap { UInt64($0) }
  static let count = environment["STRATA_SEQUENCES"].flatMap { UInt64($0) } ?? 5000

  static func seeds(part: UInt64, of parts: UInt64) -> [UInt64] {
    if let seed { return part == 0 ? [seed] : [] }
    return Array(stride(from: 1 + part, through: count, by: Int(parts)))
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `no reader sees what is older than a change, on its node at once and elsewhere in time`(
    part: UInt64
  ) {
    for seed in Self.seeds(part: part, of: 4) {
      let scenario = Scenario(seed: seed)
      guard !scenario.run().violations.isEmpty else { continue }
      Issue.record("\(scenario.report())")
      return
    }
  }

  @Test func `a scenario goes the same way each time`() {
    for seed in 1...20 as ClosedRange<UInt64> {
      let traces = (0..<3).map { _ in Scenario(seed: seed).run().trace }
      #expect(Set(traces).count == 1, "seed \(seed)")
    }
  }
}
