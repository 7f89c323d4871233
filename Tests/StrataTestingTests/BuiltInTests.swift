// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Audit
import CacheMetrics
import CacheTracing
import Example
import FailSafe
import FileStore
import Local
import MemoryStore
import Negative
import RefreshAhead
import Remote
import Sliding
import StaleWhileRevalidate
import StampedeGuard
import StrataCore
import StrataTesting
import TTLJitter
import Testing
import VersionedKeys

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

  @Test func `fail-safe keeps it`() {
    #expect(checkStage(FailSafe.self) == [])
    #expect(checkStage(FailSafe.self, options: ["hard-timeout": "2s"]) == [])
    #expect(
      checkStage(FailSafe.self, options: ["soft-timeout": "1s", "hard-timeout": "2s"]) == [])
  }

  @Test func `refresh-ahead keeps it`() {
    #expect(checkStage(RefreshAhead.self) == [])
    #expect(checkStage(RefreshAhead.self, options: ["xfetch": "true"]) == [])
  }

  @Test func `metrics keeps it`() {
    #expect(checkStage(CacheMetrics.self) == [])
    #expect(checkStage(CacheMetrics.self, options: ["max-labels": "0"]) == [])
  }

  @Test func `stale-while-revalidate and sliding keep it`() {
    #expect(checkStage(StaleWhileRevalidate.self) == [])
    #expect(checkStage(StaleWhileRevalidate.self, options: ["window": "10s"]) == [])
    #expect(checkStage(Sliding.self, options: ["max": "1h"]) == [])
  }

  @Test func `tracing and audit keep it`() {
    #expect(checkStage(CacheTracing.self) == [])
    #expect(checkStage(CacheTracing.self, options: ["keys": "plain"]) == [])
    #expect(checkStage(Audit.self, options: ["level": "debug"]) == [])
    #expect(checkStage(Audit.self, options: ["per-second": "1", "hits": "true"]) == [])
  }

  @Test(arguments: ["memory", "bytes", "shared"])
  func `versioned-keys keeps it, wherever the generation is kept`(store: String) {
    #expect(checkStage(VersionedKeys.self) == [])
    #expect(checkStage(VersionedKeys.self, options: ["store": store]) == [])
  }

  @Test func `negative, ttl-jitter and the example keep it`() {
    #expect(checkStage(Negative.self) == [])
    #expect(checkStage(TTLJitter.self) == [])
    #expect(checkStage(SlowLoadLog.self) == [])
  }

  @Test func `the memory store keeps it`() {
    let findings = checkStore { MemoryStore(capacity: .entries(10_000), runtime: $0) }
    #expect(findings == [])
  }

  @Test func `the file store keeps it`() {
    let findings = checkStore(disk: { SimulatedDisk() }) { runtime in
      let block = OptionBlock.written(["path": "/store", "capacity": "64MiB"])
      return try FileStore(options: StoreOptions(name: "file", block: block), runtime: runtime)
    }
    #expect(findings == [])
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
