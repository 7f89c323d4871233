// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Answers with a stale value at once, marked as such, and refreshes it behind.
///
/// Nobody waits for the source while something not too old is there. The refresh goes through the
/// whole pipeline, one per key, and takes what a tier further in has if that is newer. A value that
/// was expired on purpose is not answered with: its next reader waits for the new one.
public struct StaleWhileRevalidate: CacheStage {
  /// `stale-while-revalidate` in YAML.
  public static let id: StageID = "stale-while-revalidate"

  enum Option {
    static let window = PluginOption(
      "window", .optional(.duration), default: nil,
      "How long after its expiry a value is served; the whole max-stale where it is left out.")
    static let rest = PluginOption(
      "rest", .duration, default: .seconds(5), "How long a failed refresh is not tried again.")
  }

  /// How long, and how long to rest after a failure.
  public static let options: [any OptionDeclaration] = [Option.window, Option.rest]

  private let window: Duration?
  private let refreshes: RefreshBehind
  private let context: CacheContext

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    window = try options(Option.window)
    context = options.cache
    refreshes = RefreshBehind("revalidate", rest: try options(Option.rest), context: context)
  }

  /// Answers from the stale entries that tiers further out hold, and refreshes them behind.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await refreshes.respond(to: request, next: next) { held, now in
      guard mayServe(held.entry, at: now) else { return nil }
      var reply = KeyReply(.stale(tier: held.tier, .refreshing), entry: held.entry)
      reply.missReason = .expired
      return reply
    }
  }

  private func mayServe(_ entry: Entry, at now: Timestamp) -> Bool {
    guard !entry.isFresh(at: now), entry.isUsable(at: now), !entry.isExpiredOnPurpose,
      !context.ledger.isInvalidated(entry)
    else { return false }
    return window.map { now < entry.freshUntil + $0 } ?? true
  }

  /// A place where nothing stale can be found.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if !placement.outer.contains(where: \.isTier) {
      return [
        .warning(
          "never finds anything stale here: it serves what tiers further out hold, and there is "
            + "none; move it behind them")
      ]
    }
    if placement.policy.maxStale == .zero {
      return [.warning("has nothing to serve: the cache's max-stale is 0; set max-stale")]
    }
    if let window = placement.value(Option.window) ?? nil, window > placement.policy.maxStale {
      let limit = DurationText.text(for: placement.policy.maxStale)
      return [.warning("is longer than the cache's max-stale, \(limit)", option: "window")]
    }
    return []
  }
}
