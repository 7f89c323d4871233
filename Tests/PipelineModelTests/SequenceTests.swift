// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import StrataCore
import StrataTesting
import Testing

/// How many random sequences run, and from which seed on.
enum Campaign {
  /// `STRATA_SEED=n` replays the one sequence of that seed.
  static let seed = ProcessInfo.processInfo.environment["STRATA_SEED"].flatMap { UInt64($0) }
  /// `STRATA_SEQUENCES=n` runs another number of them.
  static let count = ProcessInfo.processInfo.environment["STRATA_SEQUENCES"].flatMap { Int($0) }

  /// The seeds of a test that by default runs `usual` sequences, in `parts` that run side by side.
  static func seeds(_ usual: Int, part: Int, of parts: Int) -> StrideTo<UInt64> {
    let first = seed ?? 1
    let count = count ?? (seed == nil ? usual : 1)
    return stride(from: first + UInt64(part), to: first + UInt64(count), by: parts)
  }

  /// How a failure is seen again.
  static func replay(_ seed: UInt64, _ suite: String) -> String {
    "replay: STRATA_SEED=\(seed) swift test --disable-xctest --filter \(suite)"
  }
}

@Suite("Random sequences against the reference model")
struct SequenceTests {
  @Test(arguments: 0..<8)
  func `every pipeline answers as the model does`(part: Int) {
    for seed in Campaign.seeds(20_000, part: part, of: 8) {
      let dice = Dice(seed: seed)
      let trial = dice.trial(steps: 4 + dice.below(20))
      guard trial.difference() != nil else { continue }
      let smallest = trial.shrunk()
      Issue.record(
        """
        \(smallest.difference() ?? "the difference is gone")
        \(smallest)
        \(Campaign.replay(seed, "SequenceTests"))
        """)
      return
    }
  }
}
