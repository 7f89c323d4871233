// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Plugins that exist to be configured: every type of option, and checks of their place.
///
/// They are named after the built-ins, but stand on their own, so that a message in `Golden/Plans`
/// changes only when this reader does.
enum SamplePlugins {
  static let registry: Registry = {
    var registry = Registry()
    for stage in [
      Local.self, Remote.self, StampedeGuard.self, FailSafe.self, RefreshAhead.self, Metrics.self,
      Validation.self,
    ] as [any CacheStage.Type] { try? registry.register(stage) }
    try? registry.register(MemoryStore.self)
    try? registry.register(RESPStore.self)
    try? registry.register(BinaryCodec.self)
    try? registry.register(JSONCodec.self)
    return registry
  }()
}

/// A stage that passes everything on.
protocol SampleStage: CacheStage {
  init()
}

extension SampleStage {
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) { self.init() }

  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await next(request)
  }
}

private enum TierOption {
  static let storeName = PluginOption("store", .store, "The store that keeps the entries.")
  static let ttl = PluginOption(
    "ttl", .optional(.duration), default: nil, "The longest time an entry is fresh here.")
}

/// A tier without a store of its own.
protocol SampleTier: SampleStage, TierStage {}

extension SampleTier {
  static var options: [any OptionDeclaration] { [TierOption.storeName, TierOption.ttl] }
  var tierName: String { Self.id.name }
  var store: any CacheStore { fatalError("a sample is never run") }
}

private struct Local: SampleTier {
  static let id: StageID = "local"

  static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    guard let ttl = placement.value(TierOption.ttl) ?? nil, ttl > placement.policy.ttl else {
      return []
    }
    return [.error("is longer than the cache's ttl, so it would never apply", option: "ttl")]
  }
}

private struct Remote: SampleTier {
  static let id: StageID = "remote"

  static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    guard let store = placement.own.store, !store.capabilities.contains(.sharing) else { return [] }
    return [.error("the store \(store.name) is not shared between processes", option: "store")]
  }
}

private struct StampedeGuard: SampleStage {
  enum Scope: String, CaseIterable { case process, cluster }
  enum Option {
    static let scope = PluginOption("scope", .choice, default: Scope.process, "Whom it spans.")
    static let wait = PluginOption("wait", .duration, default: .seconds(2), "How long to wait.")
  }
  static let id: StageID = "stampede-guard"
  static let options: [any OptionDeclaration] = [Option.scope, Option.wait]

  static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == id }) {
      return [.error("a second stampede-guard has nothing to do; remove one of them")]
    }
    let locks = placement.inner.contains { $0.store?.capabilities.contains(.locks) ?? false }
    guard placement.value(Option.scope) == .cluster, !locks else { return [] }
    return [.error("no store further in offers locks", option: "scope")]
  }
}

private struct FailSafe: SampleStage {
  enum Option {
    static let soft = PluginOption(
      "soft-timeout", .optional(.duration), default: nil, "When a stale value is taken.")
    static let hard = PluginOption("hard-timeout", .duration, "When the load is given up.")
  }
  static let id: StageID = "fail-safe"
  static let options: [any OptionDeclaration] = [Option.soft, Option.hard]

  static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    if let soft = placement.value(Option.soft) ?? nil, let hard = placement.value(Option.hard),
      soft > hard
    {
      problems.append(.error("is longer than hard-timeout", option: "soft-timeout"))
    }
    if placement.policy.maxStale == .zero {
      problems.append(.warning("without max-stale there is never a stale value"))
    }
    return problems
  }
}

private struct RefreshAhead: SampleStage {
  enum Option {
    static let at = PluginOption("at", .fraction, "The part of the ttl after which it refreshes.")
    static let most = PluginOption(
      "max-refreshes", .integer(1...1000), default: 64, "How many run at once.")
  }
  static let id: StageID = "refresh-ahead"
  static let options: [any OptionDeclaration] = [Option.at, Option.most]
}

private struct Metrics: SampleStage {
  static let id: StageID = "metrics"
}

private struct Validation: SampleStage {
  enum Option {
    static let maxSize = PluginOption("max-size", .size, default: 1 << 20, "The largest payload.")
    static let strict = PluginOption("strict", .boolean, default: true, "Whether to refuse.")
    static let pauses = PluginOption(
      "pauses", .list(.duration), default: [], "The pauses between attempts.")
  }
  static let id: StageID = "validation"
  static let options: [any OptionDeclaration] = [Option.maxSize, Option.strict, Option.pauses]
}

private final class MemoryStore: SampleStore {
  enum Policy: String, CaseIterable { case tinyLFU = "w-tinylfu", lru, lfu, sieve }
  static let kind: PluginID = "memory"
  static let options: [any OptionDeclaration] = [
    PluginOption("capacity", .size, "How many bytes it may hold."),
    PluginOption("policy", .choice, default: Policy.tinyLFU, "Which entries leave first."),
  ]
  static let capabilities: StoreCapabilities = [.objects]

  init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
}

private final class RESPStore: SampleStore {
  static let kind: PluginID = "resp"
  static let options: [any OptionDeclaration] = [
    PluginOption("url", .text, "Where the server is."),
    PluginOption("password", .optional(.secret), default: nil, "The password."),
    PluginOption("timeout", .duration, default: .milliseconds(50), "How long a command may take."),
  ]
  static let capabilities: StoreCapabilities = [.sharing, .versions]

  init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
}

/// A store that keeps nothing.
private protocol SampleStore: CacheStore {}

extension SampleStore {
  func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    Batch(keys.map { _ in StoreRead(miss: .neverCached) })
  }
  func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    Batch(writes.map { _ in .refused(.absent) })
  }
  func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    Batch(keys.map { _ in nil })
  }
  func clear(_ namespace: String) async throws {}
}

private struct BinaryCodec: PayloadCodec {
  static let id = "binary"
  static let formatNumber: UInt8 = 200
  func encode<Value: Encodable & Sendable>(_ value: Value) throws -> [UInt8] { [] }
  func decode<Value: Decodable & Sendable>(
    _ type: Value.Type, from bytes: UnsafeRawBufferPointer
  ) throws -> Value { throw CancellationError() }
}

private struct JSONCodec: PayloadCodec {
  static let id = "json"
  static let formatNumber: UInt8 = 201
  func encode<Value: Encodable & Sendable>(_ value: Value) throws -> [UInt8] { [] }
  func decode<Value: Decodable & Sendable>(
    _ type: Value.Type, from bytes: UnsafeRawBufferPointer
  ) throws -> Value { throw CancellationError() }
}
