// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import CircuitBreaker
import Compression
import Encryption
import LoaderLimits
import Local
import Remote
import StampedeGuard
import StrataCore
import StrataTesting
import Validation

/// A pipeline that a random test builds: its stages, first is outermost, and the cache's lifetimes.
struct PipelineShape: Sendable, CustomStringConvertible {
  enum Kind: String, Sendable {
    /// `local` over objects.
    case memory
    /// `local` or `remote` over bytes that nobody else sees.
    case bytes
    /// `remote` over bytes that the store orders by versions.
    case shared
    /// `stampede-guard`.
    case stampedeGuard
    /// `compression`, `encryption` and `validation` with signatures: what is stored outside looks
    /// different, and no answer does.
    case compression, encryption, validation
    /// `circuit-breaker` around the store of the next tier, and around the source.
    case storeBreaker, sourceBreaker
    /// `loader-limits` with room for one load.
    case limits

    var isTier: Bool { [.memory, .bytes, .shared].contains(self) }

    /// The stages that change no answer while nothing fails.
    static let shields: [Kind] = [
      .compression, .encryption, .validation, .storeBreaker, .sourceBreaker, .limits,
    ]
  }

  struct Stage: Sendable {
    var kind: Kind
    var ttl: Int?
    var maxStale: Int?
    /// For a guard: how long it waits.
    var wait: Int?
  }

  var stages: [Stage]
  var ttl: Int
  var maxStale: Int

  /// The stages that are tiers, with the name by which replies know each.
  var tiers: [(name: String, stage: Stage)] {
    let tiers = stages.filter(\.kind.isTier)
    return tiers.enumerated().map { ("t\($0.offset)", $0.element) }
  }

  var description: String {
    let parts = stages.map { stage in
      let limits = [
        stage.ttl.map { "ttl \($0)s" }, stage.maxStale.map { "max-stale \($0)s" },
        stage.wait.map { "wait \($0)s" },
      ].compactMap(\.self)
      return stage.kind.rawValue + (limits.isEmpty ? "" : "(\(limits.joined(separator: ", ")))")
    }
    return "ttl \(ttl)s, max-stale \(maxStale)s: [\(parts.joined(separator: " > "))]"
  }
}

/// A pipeline of a shape in a simulated world.
final class Subject: Sendable {
  let context: CacheContext
  let pipeline: Pipeline
  let stores: [String: any CacheStore]

  /// Builds the pipeline; `wrap` may put something around the stores, `shared` stands in for the
  /// stores that several nodes share.
  init(
    _ shape: PipelineShape, _ runtime: CacheRuntime, shared: (any CacheStore)? = nil,
    wrap: (any CacheStore, PipelineShape.Kind) -> any CacheStore = { store, _ in store }
  ) throws {
    let policy = CachePolicy(
      name: "test", ttl: .seconds(shape.ttl), maxStale: .seconds(shape.maxStale))
    context = CacheContext(policy: policy, runtime: runtime)
    var stores: [String: any CacheStore] = [:]
    var stages: [any CacheStage] = []
    for stage in shape.stages {
      let name = "t\(stores.count)"
      var block = Self.options(of: stage)
      if stage.kind.isTier {
        block = ["store": name]
        block["ttl"] = stage.ttl.map { "\($0)s" }
        block["max-stale"] = stage.maxStale.map { "\($0)s" }
        let store = stage.kind == .shared ? shared : nil
        stores[name] = wrap(store ?? Self.store(stage.kind, stores.count, runtime), stage.kind)
      }
      let options = StageOptions(
        block: Self.block(block, stage.kind), cache: context, stores: stores)
      stages.append(try Self.type(stage.kind).init(options: options, runtime: runtime))
    }
    self.stores = stores
    pipeline = Pipeline(stages: stages, context: context)
  }

  private static func options(of stage: PipelineShape.Stage) -> [String: String] {
    switch stage.kind {
    case .stampedeGuard: stage.wait.map { ["wait": "\($0)s"] } ?? [:]
    case .compression: ["threshold": "1B", "min-saving": "1%"]
    case .validation: ["max-size": "1KiB"]
    // The sources of these tests fail on purpose, and the model knows no breaker that opens.
    case .sourceBreaker:
      ["around": "source", "consecutive": "1000000", "min-calls": "1000000"]
    case .limits: ["concurrency": "1"]
    case .memory, .bytes, .shared, .encryption, .storeBreaker: [:]
    }
  }

  /// The block of these options, with keys where the stage needs some.
  private static func block(
    _ options: [String: String], _ kind: PipelineShape.Kind
  ) -> OptionBlock {
    let block = OptionBlock.of(options)
    guard kind == .encryption || kind == .validation else { return block }
    let key = OptionBlock.of(["id": "k1", "key": String(repeating: "07", count: 32)])
    let place = block.node.location
    let keys = ConfigNode.Field(
      key: "keys", location: place, value: ConfigNode(.list([key.node]), at: place))
    return OptionBlock(ConfigNode(.map(block.node.fields + [keys]), at: place), path: block.path)
  }

  private static func store(
    _ kind: PipelineShape.Kind, _ index: Int, _ runtime: CacheRuntime
  ) -> any CacheStore {
    switch kind {
    case .bytes: ReferenceByteStore(runtime: runtime)
    case .shared: ReferenceSharedStore(runtime: runtime, issuer: UInt8(index + 1))
    default: ReferenceStore(runtime: runtime)
    }
  }

  private static func type(_ kind: PipelineShape.Kind) -> any CacheStage.Type {
    switch kind {
    case .memory: Local.self
    case .bytes, .shared: Remote.self
    case .stampedeGuard: StampedeGuard.self
    case .compression: Compression.self
    case .encryption: Encryption.self
    case .validation: Validation.self
    case .storeBreaker, .sourceBreaker: CircuitBreaker.self
    case .limits: LoaderLimits.self
    }
  }

  func key(_ number: Int) -> CacheKey {
    CacheKey(bytes: Array("test:\(number)".utf8), seed: context.runtime.hashSeed)
  }

  /// What is left behind by calls that have all been answered; empty is right.
  var remains: [String] {
    var remains: [String] = []
    if context.ledger.heldLeases > 0 { remains.append("\(context.ledger.heldLeases) leases") }
    if context.background.count > 0 { remains.append("\(context.background.count) works") }
    for case let stage as StampedeGuard in pipeline.stages where stage.loadsUnderWay > 0 {
      remains.append("\(stage.loadsUnderWay) loads")
    }
    for case let stage as LoaderLimits in pipeline.stages
    where stage.load.running + stage.load.waiting > 0 {
      remains.append("\(stage.load.running) slots, \(stage.load.waiting) in the queue")
    }
    return remains
  }
}

extension OptionBlock {
  /// A block written in a test.
  static func of(_ options: [String: String]) -> OptionBlock {
    let place = SourceLocation(file: "<test>", line: 1, column: 1)
    let fields = options.sorted { $0.key < $1.key }.map { key, value in
      ConfigNode.Field(
        key: key, location: place, value: ConfigNode(.scalar(value, quoted: false), at: place))
    }
    return OptionBlock(ConfigNode(.map(fields), at: place), path: "test")
  }
}
