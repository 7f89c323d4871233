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
  private let rest: Duration
  private let table = RefreshTable()
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
    rest = try options(Option.rest)
    context = options.cache
  }

  /// The refresh point.
  public func attention(to entry: Entry, now: Timestamp) -> Timestamp {
    max(now, point.moment(for: entry, random: context.runtime.random))
  }

  /// Answers with the fresh entry that a tier further out holds, and refreshes it behind.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard case .read = request.operation, request.loader != nil, !request.options.refresh else {
      return try await next(request)
    }
    let now = context.runtime.now
    let held = request.keys.map { key in
      request.held(for: key).flatMap { $0.entry.isFresh(at: now) ? $0 : nil }
    }
    for (key, entry) in zip(request.keys, held) where entry != nil {
      refresh(key, request, knowing: entry?.entry, now: now)
    }
    let missing = held.indices.filter { held[$0] == nil }
    var results = Batch(held.map { held in answer(held) })
    if !missing.isEmpty {
      let inner = missing.count == held.count ? request : request.narrowed(to: missing)
      let replies = try await next(inner).results
      for (index, position) in missing.enumerated() { results[position] = replies[index] }
    }
    return CacheReply(results)
  }

  private func answer(_ held: HeldEntry?) -> KeyReply {
    guard let held else { return KeyReply(.miss(.neverCached)) }
    return KeyReply(.hit(tier: held.tier), entry: held.entry)
  }

  private func refresh(
    _ key: CacheKey, _ request: CacheRequest, knowing entry: Entry?, now: Timestamp
  ) {
    guard table.begin(key, now: now) else { return }
    var behind = request.refreshing(unlessNewerThan: entry?.createdAt)
    behind.keys = .one(key)
    let (background, work) = (context.background, behind)
    let isStarted = background.start("refresh") { [context, table, rest] in
      let reply = try? await context.reenter(work).first
      let now = context.runtime.now
      var isFresh = false
      if let reply, case .failed = reply.outcome {} else if reply?.entry != nil { isFresh = true }
      if case .stale = reply?.outcome { isFresh = false }
      table.end(key, restUntil: isFresh ? nil : now + rest, now: now)
    }
    if !isStarted { table.end(key, restUntil: nil, now: now) }
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
