// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("A seed replays its run")
struct ReplayTests {
  @Test(arguments: 0..<2)
  func `two runs of one seed go the same way, step by step`(part: Int) {
    for seed in Campaign.seeds(1000, part: part, of: 2) {
      var storm = Storm(shape: Dice(seed: seed).shape(), seed: seed)
      (storm.readers, storm.reads, storm.updates) = (4, 3, 2)
      let (first, second) = (storm.run(), storm.run())
      guard first.trace != second.trace || first.log != second.log else { continue }
      let place = zip(first.log, second.log).first { $0 != $1 }
      Issue.record(
        """
        two runs differ, first in: \(place.map { "\($0.0) / \($0.1)" } ?? "nothing logged")
        \(storm)
        \(Campaign.replay(seed, "ReplayTests"))
        """)
      return
    }
  }
}
