// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Stores that break the contract are caught and named")
struct HostileStoreTests {
  @Test(arguments: Mischief.allCases)
  func `each is found to break its rule, by name`(mischief: Mischief) {
    let findings = checkStore { HostileStore(mischief, runtime: $0) }
    #expect(findings.contains { $0.rule == mischief.rule && $0.subject == "store 'hostile'" })
  }

  @Test func `a store that cannot be opened is told so`() {
    struct Refusal: Error {}
    let findings = checkStore { _ in throw Refusal() }
    #expect(findings.first?.expected == "a store that can be made and opened")
  }

  @Test func `a store that fails now and then is found out`() {
    let plan = ChaosPlan().sometimes(.fail, rate: 0.2)
    let findings = checkStore {
      ChaosStore(ReferenceStore(runtime: $0), runtime: $0, plan: plan)
    }
    #expect(!findings.isEmpty)
  }
}
