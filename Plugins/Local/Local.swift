// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A tier in this process: answers hits without leaving it, on the fast road where its store can.
public struct Local: TierStage {
  /// `local` in YAML.
  public static let id: StageID = "local"

  /// The store and its lifetimes.
  public static let options = TierOption.all

  private let tier: Tier

  /// Creates the tier.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    tier = try Tier(Self.id, options)
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
