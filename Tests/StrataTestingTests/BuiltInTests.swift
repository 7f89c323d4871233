// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Audit
import CacheMetrics
import CacheTracing
import CircuitBreaker
import Coherence
import Compression
import Encryption
import Example
import FailSafe
import FileStore
import HotKeys
import InvalidationRules
import LoaderLimits
import Local
import MemoryStore
import Negative
import Recorder
import RefreshAhead
import Remote
import Sliding
import StaleWhileRevalidate
import StampedeGuard
import StrataCore
import StrataTesting
import TTLJitter
import Testing
import Validation
import VersionedKeys
import Warming
import WriteBehind
import WriteThrough

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

  @Test func `coherence keeps it`() {
    #expect(checkStage(Coherence.self, options: ["store": "bus"]) == [])
  }

  @Test func `stampede-guard among nodes keeps it`() {
    #expect(checkStage(StampedeGuard.self, options: ["scope": "cluster", "store": "shared"]) == [])
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

  @Test func `recorder keeps it`() {
    let options = ["path": "reads.trace", "sample": "100%"]
    #expect(checkStage(Recorder.self, options: options) { SimulatedDisk() } == [])
  }

  @Test(arguments: ["memory", "bytes", "shared"])
  func `versioned-keys keeps it, wherever the generation is kept`(store: String) {
    #expect(checkStage(VersionedKeys.self) == [])
    #expect(checkStage(VersionedKeys.self, options: ["store": store]) == [])
  }

  @Test(arguments: ["memory", "bytes"])
  func `hot-keys keeps it, with a store and with copies`(store: String) {
    let hot = ["rate": "1", "sample": "1", "track": "16"]
    #expect(checkStage(HotKeys.self) == [])
    #expect(checkStage(HotKeys.self, options: hot) == [])
    #expect(
      checkStage(HotKeys.self, options: hot.merging(["store": store]) { $1 }) == [])
    #expect(
      checkStage(HotKeys.self, options: hot.merging(["copies": "3"]) { $1 }) == [])
  }

  @Test func `warming keeps it`() {
    #expect(checkStage(Warming.self) == [])
    #expect(checkStage(Warming.self, options: ["schedule": "* * * * *"]) == [])
  }

  @Test func `invalidation keeps it`() {
    let findings = checkStage { context, _ in
      let rule = ConfigNode.map([
        ("on", .scalar("user.updated")), ("keys", .list([.scalar("{id}")])),
      ])
      let block = OptionBlock(.map([("rules", .list([rule]))]), path: "invalidation")
      return try InvalidationRules(
        options: StageOptions(block: block, cache: context), runtime: context.runtime)
    }
    #expect(findings == [])
  }

  @Test func `negative, ttl-jitter and the example keep it`() {
    #expect(checkStage(Negative.self) == [])
    #expect(checkStage(TTLJitter.self) == [])
    #expect(checkStage(SlowLoadLog.self) == [])
  }

  @Test func `circuit-breaker keeps it`() {
    #expect(checkStage(CircuitBreaker.self) == [])
    #expect(checkStage(CircuitBreaker.self, options: ["around": "source"]) == [])
  }

  @Test func `loader-limits keeps it`() {
    #expect(checkStage(LoaderLimits.self) == [])
    #expect(checkStage(LoaderLimits.self, options: ["concurrency": "1"]) == [])
    #expect(checkStage(LoaderLimits.self, options: ["adaptive": "gradient"]) == [])
    #expect(checkStage(LoaderLimits.self, options: ["coalesce": "2ms"]) == [])
  }

  @Test func `compression, encryption and validation keep it`() {
    #expect(checkStage(Compression.self) == [])
    #expect(checkStage(Validation.self, options: ["max-size": "1MiB"]) == [])
    let key = SecretKey(id: "k1", bytes: [UInt8](repeating: 7, count: 32))
    let findings = checkStage { context, _ in
      let place = SourceLocation(file: "<test>", line: 1, column: 1)
      func text(_ text: String) -> ConfigNode { ConfigNode(.scalar(text, quoted: true), at: place) }
      func map(_ fields: [(String, ConfigNode)]) -> ConfigNode {
        ConfigNode(
          .map(fields.map { .init(key: $0.0, location: place, value: $0.1) }), at: place)
      }
      let secret = String(repeating: "07", count: key?.bytes.count ?? 0)
      let keys = map([("id", text("k1")), ("key", text(secret))])
      let block = OptionBlock(
        map([("keys", ConfigNode(.list([keys]), at: place))]), path: "test")
      let options = StageOptions(block: block, cache: context)
      return try Encryption(options: options, runtime: context.runtime)
    }
    #expect(findings == [])
  }

  @Test func `write-behind and write-through keep it`() {
    // A removal that waits to be a deletion would hide the value of the checks' own source.
    let deletes = "false"
    for order in ["source-first", "cache-first"] {
      let findings = checkStage { context, _ in
        let options = ["sink": "probe", "order": order, "deletes": deletes]
        return try WriteThrough(
          options: StageOptions(
            block: .written(options), cache: context, sinks: ["probe": ReferenceSink()]),
          runtime: context.runtime)
      }
      #expect(findings == [])
    }
    let findings = checkStage { context, _ in
      let options = ["sink": "probe", "journal": "queue", "deletes": deletes]
      return try WriteBehind(
        options: StageOptions(
          block: .written(options), cache: context, stores: ["queue": ReferenceQueue()],
          sinks: ["probe": ReferenceSink()]),
        runtime: context.runtime)
    }
    #expect(findings == [])
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

extension ConfigNode {
  private static let place = SourceLocation(file: "test", line: 1, column: 1)

  fileprivate static func scalar(_ text: String) -> ConfigNode {
    ConfigNode(.scalar(text, quoted: true), at: place)
  }

  fileprivate static func list(_ items: [ConfigNode]) -> ConfigNode {
    ConfigNode(.list(items), at: place)
  }

  fileprivate static func map(_ fields: [(String, ConfigNode)]) -> ConfigNode {
    ConfigNode(.map(fields.map { Field(key: $0, location: place, value: $1) }), at: place)
  }
}
