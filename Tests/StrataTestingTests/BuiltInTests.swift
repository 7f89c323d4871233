// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Local
import Remote
import StampedeGuard
import StrataCore
import StrataTesting
import Testing

@Suite("Built-ins keep the contract")
struct BuiltInTests {
  @Test(arguments: ["memory", "bytes", "shared"])
  func `local keeps it over every kind of store`(store: String) {
    #expect(checkStage(Local.self, options: ["store": store]) == [])
    #expect(checkStage(Local.self, options: ["store": store, "ttl": "5s"]) == [])
  }

  @Test(arguments: ["memory", "bytes", "shared"])
  func `remote keeps it over every kind of store`(store: String) {
    #expect(checkStage(Remote.self, options: ["store": store]) == [])
    #expect(checkStage(Remote.self, options: ["store": store, "background-fill": "true"]) == [])
  }

  @Test func `stampede-guard keeps it`() {
    #expect(checkStage(StampedeGuard.self) == [])
    #expect(checkStage(StampedeGuard.self, options: ["wait": "2s"]) == [])
  }

  @Test func `reference stores keep it`() {
    #expect(checkStore { ReferenceStore(runtime: $0) } == [])
    #expect(checkStore { ReferenceByteStore(runtime: $0) } == [])
    #expect(checkStore { ReferenceSharedStore(runtime: $0) } == [])
  }

  @Test func `a slow store keeps it too`() {
    let plan = ChaosPlan().sometimes(.slow(.milliseconds(3)), rate: 0.5)
    #expect(
      checkStore { ChaosStore(ReferenceStore(runtime: $0), runtime: $0, plan: plan) } == [])
    #expect(
      checkStore { ChaosStore(ReferenceSharedStore(runtime: $0), runtime: $0, plan: plan) } == [])
  }
}
