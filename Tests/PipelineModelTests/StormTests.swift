// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Random storms keep the promises")
struct StormTests {
  @Test(arguments: 0..<4)
  func `no reader sees what is older than an invalidation that had returned`(part: Int) {
    for seed in Campaign.seeds(1200, part: part, of: 4) {
      guard fails(Storm(shape: Dice(seed: seed).shape(), seed: seed)) else { continue }
      return
    }
  }

  @Test(arguments: 0..<2)
  func `behind a guard no key is loaded twice at once`(part: Int) {
    for seed in Campaign.seeds(300, part: part, of: 2) {
      var shape = Dice(seed: seed).shape()
      shape.stages.removeAll { $0.kind == .stampedeGuard }
      let place = Dice(seed: ~seed).below(shape.stages.count + 1)
      shape.stages.insert(PipelineShape.Stage(kind: .stampedeGuard), at: place)
      guard fails(Storm(shape: shape, seed: seed, countsLoads: true)) else { continue }
      return
    }
  }

  @Test func `nodes on one shared store never undo each other's changes`() {
    for seed in Campaign.seeds(300, part: 0, of: 1) {
      let stage = PipelineShape.Stage(kind: .shared)
      let shape = PipelineShape(stages: [stage], ttl: 60, maxStale: 0)
      guard fails(Storm(shape: shape, seed: seed, nodes: 3)) else { continue }
      return
    }
  }

  /// Records what a storm broke, as small as it can be made; `false` where it broke nothing.
  private func fails(_ storm: Storm) -> Bool {
    guard !storm.violations().isEmpty else { return false }
    let smallest = storm.shrunk()
    let (violations, _, log) = smallest.run()
    Issue.record(
      """
      \(violations.joined(separator: "\n"))
      \(smallest)
      \(log.suffix(60).joined(separator: "\n"))
      \(Campaign.replay(storm.seed, "StormTests"))
      """)
    return true
  }
}
