// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A tier outside this process: holds envelopes, bounded in time, and shared where its store is.
public struct Remote: TierStage {
  /// `remote` in YAML.
  public static let id: StageID = "remote"

  enum Option {
    static let storeName = PluginOption("store", .store, "The store that keeps the entries.")
    static let ttl = PluginOption(
      "ttl", .optional(.duration), default: nil,
      "The longest time an entry is fresh here; the cache's ttl where it is left out.")
    static let maxStale = PluginOption(
      "max-stale", .optional(.duration), default: nil,
      "The longest time an entry is kept stale here; the cache's max-stale where it is left out.")
    static let timeout = PluginOption(
      "timeout", .optional(.duration), default: .milliseconds(500),
      "How long one store operation may take before the tier goes on without it.")
    static let fillsBehind = PluginOption(
      "background-fill", .boolean, default: false,
      "Whether loaded values are stored behind the caller's back.")
  }

  /// The store, its lifetimes and its time limit.
  public static let options: [any OptionDeclaration] = [
    Option.storeName, Option.ttl, Option.maxStale, Option.timeout, Option.fillsBehind,
  ]

  private let tier: Tier

  /// Creates the tier.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    tier = Tier(
      name: try options(Option.storeName), id: Self.id, store: try options.store(Option.storeName),
      context: options.cache,
      limits: TierLimits(
        ttl: try options(Option.ttl), maxStale: try options(Option.maxStale),
        timeout: try options(Option.timeout), fillsBehind: try options(Option.fillsBehind)))
  }

  /// The store's name.
  public var tierName: String { tier.name }
  /// The store.
  public var store: any CacheStore { tier.store }

  /// Looks up, fills on the way back, and changes after the tiers further in have changed.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await tier.respond(to: request, next: next)
  }

  /// Lifetimes that contradict the cache's.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    guard let ttl = placement.value(Option.ttl) ?? nil, ttl > placement.policy.ttl else {
      return []
    }
    let limit = DurationText.text(for: placement.policy.ttl)
    return [
      .error(
        "\(DurationText.text(for: ttl)) is longer than the cache's ttl \(limit), "
          + "so it would never apply; write at most \(limit)", option: "ttl")
    ]
  }
}
