// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Refreshes entries that are used, behind the callers' backs, before they expire.
///
/// The caller who comes at or after the refresh point gets the entry that is there, at once; the
/// load runs behind, through the whole pipeline, so that every tier is filled by it. It is
/// nobody's: the caller who set it off may leave.
public struct RefreshAhead: AttentiveStage {
  /// `refresh-ahead` in YAML.
  public static let id: StageID = "refresh-ahead"

  enum Option {
    static let at = PluginOption(
      "at", .optional(.fraction), default: nil,
      "Refreshes after this fraction of the entry's time; 80% where nothing is said.")
    static let before = PluginOption(
      "before", .optional(.duration), default: nil, "Refreshes this long before the entry expires.")
    static let xfetch = PluginOption(
      "xfetch", .boolean, default: false,
      "Refreshes by chance, the earlier the longer the load takes, so that nodes do not agree.")
    static let rest = PluginOption(
      "rest", .duration, default: .seconds(5), "How long a failed refresh is not tried again.")
  }

  /// When to refresh, and how long to rest after a failure.
  public static let options: [any OptionDeclaration] = [
    Option.at, Option.before, Option.xfetch, Option.rest,
  ]

  private let point: RefreshPoint
  private let refreshes: RefreshBehind
  private let context: CacheContext

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    let eighty = Fraction(percent: 80)
    if try options(Option.xfetch) {
      point = .xfetch(beta: 1)
    } else if let before = try options(Option.before) {
      point = .before(before)
    } else {
      point = .fraction(try options(Option.at) ?? eighty)
    }
    context = options.cache
    refreshes = RefreshBehind("refresh", rest: try options(Option.rest), context: context)
  }

  /// The refresh point.
  public func attention(to entry: Entry, now: Timestamp) -> Timestamp {
    max(now, point.moment(for: entry, random: context.runtime.random))
  }

  /// Answers with the fresh entry that a tier further out holds, and refreshes it behind.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await refreshes.respond(to: request, next: next) { held, now in
      held.entry.isFresh(at: now) ? KeyReply(.hit(tier: held.tier), entry: held.entry) : nil
    }
  }

  /// Points that contradict each other or the entry's time.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    let ways = [
      placement.isWritten(Option.at), placement.isWritten(Option.before),
      placement.value(Option.xfetch) ?? false,
    ]
    if ways.filter(\.self).count > 1 {
      return [.error("at, before and xfetch exclude each other; write one of them")]
    }
    if let before = placement.value(Option.before) ?? nil, before >= placement.policy.ttl {
      let ttl = DurationText.text(for: placement.policy.ttl)
      return [.error("must be shorter than the cache's ttl, \(ttl)", option: "before")]
    }
    return []
  }
}
