// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A tier outside this process: holds envelopes, bounded in time, and shared where its store is.
public struct Remote: TierStage {
  /// `remote` in YAML.
  public static let id: StageID = "remote"

  enum Option {
    static let timeout = PluginOption(
      "timeout", .optional(.duration), default: .milliseconds(500),
      "How long one store operation may take before the tier goes on without it.")
    static let fillsBehind = PluginOption(
      "background-fill", .boolean, default: false,
      "Whether loaded values are stored behind the caller's back.")
  }

  /// The store, its lifetimes and its time limit.
  public static let options = TierOption.all + [Option.timeout, Option.fillsBehind]

  private let tier: Tier

  /// Creates the tier.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    tier = try Tier(
      Self.id, options, timeout: try options(Option.timeout),
      fillsBehind: try options(Option.fillsBehind))
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
    TierOption.check(placement)
  }
}
