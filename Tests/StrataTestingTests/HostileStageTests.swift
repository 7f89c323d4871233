// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Stages that break the contract are caught and named")
struct HostileStageTests {
  static let hostile: [(stage: any CacheStage.Type, rule: String)] = [
    (NeverCallsNext.self, "next-not-called"), (CallsNextTwice.self, "next-called-twice"),
    (Throws.self, "stage-failed"), (Hangs.self, "deadline-exceeded"),
    (DropsOne.self, "wrong-reply"), (Reverses.self, "batch-order"),
    (Splits.self, "batch-kept-whole"), (SwallowsRemovals.self, "next-not-called"),
    (LosesLeases.self, "lease-kept"), (RemembersForever.self, "invalidation"),
    (LeavesWork.self, "nothing-left-behind"), (HidesFailures.self, "loader-failure"),
    (LosesItsPlace.self, "cancellation"), (IgnoresShutdown.self, "shutdown"),
  ]

  @Test(arguments: hostile.indices)
  func `each is found to break its rule, by name`(index: Int) {
    let (stage, rule) = Self.hostile[index]
    let findings = checkStage { context, stores in
      let options = StageOptions(block: OptionBlock.written([:]), cache: context, stores: stores)
      return try stage.init(options: options, runtime: context.runtime)
    }
    #expect(findings.contains { $0.rule == rule && $0.subject == "stage 'hostile'" })
  }

  @Test func `a stage that cannot be registered is told so`() {
    #expect(checkStage(Misnamed.self).map(\.rule) == ["declaration"])
  }

  @Test func `a stage that cannot be made is told so`() throws {
    let findings = checkStage(LosesLeases.self, options: ["typo": "1"])
    #expect(findings.first?.found.contains("unknown option \"typo\"") == true)
    #expect(throws: BrokenContract.self) { try findings.verify() }
  }
}
