// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Leaves a store, or the source, alone while it fails, and tries it again with one call at a time.
///
/// Around a store it spares callers the waits: reads are misses and fills are dropped at once.
/// Changes are always tried, because an invalidation that is left out brings an old value back.
/// Around the source it fails loads at once, so that `fail-safe` serves stale values meanwhile.
public struct CircuitBreaker: CacheStage {
  /// `circuit-breaker` in YAML.
  public static let id: StageID = "circuit-breaker"

  /// What is guarded.
  enum Guarded: String, CaseIterable {
    case store
    case source
  }

  enum Option {
    static let around = PluginOption(
      "around", .choice, default: Guarded.store,
      "What is guarded: the store of the next tier further in, or the source.")
    static let window = PluginOption(
      "window", .duration, default: .seconds(10), "How far back calls are counted.")
    static let errorRate = PluginOption(
      "error-rate", .fraction, default: Fraction(percent: 50),
      "Opens when this part of the calls in the window failed.")
    static let minimumCalls = PluginOption(
      "min-calls", .integer(1...1_000_000), default: 20,
      "How many calls there must be in the window before their rate counts.")
    static let consecutive = PluginOption(
      "consecutive", .integer(1...1_000_000), default: 5,
      "Opens when so many calls failed one after another.")
    static let slow = PluginOption(
      "slow-call", .optional(.duration), default: nil,
      "A call that takes longer counts as failed, though it answers.")
    static let openFor = PluginOption(
      "open-for", .duration, default: .seconds(5),
      "How long it stays open before one call tries again; doubles each time that fails.")
    static let longestOpen = PluginOption(
      "max-open", .duration, default: .seconds(60), "The longest it stays open between two tries.")
    static let jitter = PluginOption(
      "jitter", .fraction, default: Fraction(percent: 20),
      "By how much that time is prolonged by chance, so that nodes do not try together.")
  }

  /// What is guarded, when it opens, and for how long.
  public static let options: [any OptionDeclaration] = [
    Option.around, Option.window, Option.errorRate, Option.minimumCalls, Option.consecutive,
    Option.slow, Option.openFor, Option.longestOpen, Option.jitter,
  ]

  private enum Kind {
    case store(StoreBreakers)
    case source(Breaker)
  }

  private let kind: Kind

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    let rules = BreakerRules(
      window: try options(Option.window), errorRate: try options(Option.errorRate),
      minimumCalls: try options(Option.minimumCalls),
      consecutive: try options(Option.consecutive), slow: try options(Option.slow),
      openFor: try options(Option.openFor), longestOpen: try options(Option.longestOpen),
      jitter: try options(Option.jitter))
    switch try options(Option.around) {
    case .store: kind = .store(StoreBreakers(rules, cache: options.cache))
    case .source: kind = .source(Breaker(rules, guarding: "source", cache: options.cache))
    }
  }

  /// Whether calls are being refused.
  public var isOpen: Bool {
    switch kind {
    case .store(let breakers): breakers.isOpen
    case .source(let breaker): breaker.isOpen
    }
  }

  /// Puts the breaker around what it guards, further in.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    var inner = request
    switch kind {
    case .store(let breakers): inner.storeGate = breakers
    case .source(let breaker): inner.loader = request.loader.map(breaker.guarding)
    }
    return try await next(inner)
  }

  /// Places where there is nothing to guard, and times that contradict each other.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    if let openFor = placement.value(Option.openFor),
      let longest = placement.value(Option.longestOpen), openFor > longest
    {
      let least = DurationText.text(for: openFor)
      problems.append(
        .error("must be at least open-for, \(least)", option: Option.longestOpen.name))
    }
    switch placement.value(Option.around) {
    case .store: return problems + storeProblems(placement)
    case .source: return problems + sourceProblems(placement)
    case nil: return problems
    }
  }

  private static func storeProblems(_ placement: StagePlacement) -> [PlacementProblem] {
    guard let tier = placement.inner.firstIndex(where: { $0.store != nil }),
      let store = placement.pipeline[tier].store
    else {
      return [
        .error(
          "guards the store of the next tier further in, and there is none; move it before the "
            + "tier, or write around: source")
      ]
    }
    if placement.pipeline[placement.position..<tier].dropFirst().contains(where: guardsStore) {
      return [.error("another circuit-breaker stands before the same tier; remove one of them")]
    }
    if store.capabilities.contains(.objects) {
      return [
        .warning("guards \(store.name), which lies in this process and does not fail; move it on")
      ]
    }
    return []
  }

  private static func guardsStore(_ stage: StagePlacement.Neighbour) -> Bool {
    stage.id == id && (try? stage.block.required(Option.around)) == .store
  }

  private static func sourceProblems(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == "fail-safe" }) {
      return [
        .warning(
          "fail-safe stands further out, so its own timeouts and rests count as failures of the "
            + "source; move circuit-breaker before it")
      ]
    }
    return []
  }
}
