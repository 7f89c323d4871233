// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Finds the keys that are read most, keeps them near for a moment, and spreads them over copies.
///
/// Reads on both roads are sampled into a summary of bounded size. A key that is read often enough
/// is *hot* until it is not any more: it can be kept in a store of this process for a short time,
/// and read from one of several copies in the tiers further in.
public struct HotKeys: HitObserving {
  /// `hot-keys` in YAML.
  public static let id: StageID = "hot-keys"

  enum Option {
    static let rate = PluginOption(
      "rate", .integer(1...1_000_000_000), default: 1000,
      "From how many reads per second on a key is hot.")
    static let track = PluginOption(
      "track", .integer(16...65_536), default: 512, "How many keys are watched at a time.")
    static let sample = PluginOption(
      "sample", .integer(1...1024), default: 32, "One read in so many is looked at.")
    static let storeName = PluginOption(
      "store", .optional(.store), default: nil,
      "The store in this process that keeps hot keys; without one they are only found.")
    static let ttl = PluginOption(
      "ttl", .duration, default: .seconds(1), "How long a hot key is kept there.")
    static let copies = PluginOption(
      "copies", .integer(1...64), default: 1,
      "Over how many copies in the tiers further in a hot key's reads are spread.")
  }

  /// When a key is hot, and what is done about it.
  public static let options: [any OptionDeclaration] = [
    Option.rate, Option.track, Option.sample, Option.storeName, Option.ttl, Option.copies,
  ]

  private let watch: HotKeyWatch
  private let near: Tier?
  private let spread: CopySpread
  private let context: CacheContext

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    context = options.cache
    watch = HotKeyWatch(
      context: options.cache, rate: try options(Option.rate), track: try options(Option.track),
      sample: try options(Option.sample))
    spread = CopySpread(copies: try options(Option.copies), context: options.cache)
    guard let name = try options(Option.storeName) else {
      near = nil
      return
    }
    near = Tier(
      name: name, id: Self.id,
      store: try options.store(PluginOption("store", .store, Option.storeName.summary)),
      context: options.cache,
      limits: TierLimits(ttl: try options(Option.ttl), maxStale: .zero))
  }

  /// The hottest keys now, at most `limit`, hottest first.
  public func hottest(_ limit: Int = 20) -> [HotKey] { watch.hottest(limit) }

  /// Samples a hit on the fast road.
  public func observeHit(_ key: KeyView) { watch.note(key) }

  /// Samples reads, answers hot ones from near, and spreads those that go further in.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard case .read = request.operation else { return try await change(request, next) }
    if !request.isBehind { for key in request.keys { key.withView { watch.note($0) } } }
    let hot = request.keys.indices.filter { watch.isHot(request.keys[$0]) }
    if hot.isEmpty { return try await next(request) }
    if hot.count == request.keys.count { return try await readHot(request, next) }
    let cold = request.keys.indices.filter { !hot.contains($0) }
    let hotReply = try await readHot(request.narrowed(to: hot), next)
    let coldReply = try await next(request.narrowed(to: cold))
    var results = Batch(request.keys.map { _ in KeyReply(.miss(.neverCached)) })
    for (index, position) in hot.enumerated() { results[position] = hotReply.results[index] }
    for (index, position) in cold.enumerated() { results[position] = coldReply.results[index] }
    return CacheReply(results)
  }

  private func readHot(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    guard let near else { return try await spread.read(request, next) }
    return try await near.respond(to: request, next: next)
  }

  /// A change reaches what was kept near and every copy, hot or not: it may have been hot before,
  /// or be hot on another node.
  private func change(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    guard let near else { return try await spread.change(request, next) }
    return try await near.respond(to: request, next: next)
  }

  /// What would find nothing, keep nothing or copy nothing.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == id }) {
      return [.error("a second hot-keys would see only what the first lets through; remove one")]
    }
    var problems: [PlacementProblem] = []
    let copies = placement.value(Option.copies) ?? 1
    let name = placement.value(Option.storeName) ?? nil
    if copies > 1, name != nil {
      problems.append(
        .error(
          "exclude each other: what is kept near is hardly read from further in; write one of "
            + "store and copies", option: "copies"))
    }
    if copies > 1, !placement.inner.contains(where: \.isTier) {
      problems.append(.error("there is no tier further in to keep copies", option: "copies"))
    }
    if let name, let tier = placement.pipeline.first(where: { $0.isTier && $0.store?.name == name })
    {
      problems.append(
        .error(
          "\(tier.id) keeps its entries in '\(name)'; give hot keys their own", option: "store"))
    }
    if name != nil, let tier = placement.pipeline.first(where: { $0.id == "local" }) {
      problems.append(
        .warning("\(tier.id) keeps entries in this process already", option: "store"))
    }
    return problems
  }
}
