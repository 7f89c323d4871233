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
  private let rest: Duration
  private let refreshes = RefreshList()
  private let context: CacheContext

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    window = try options(Option.window)
    rest = try options(Option.rest)
    context = options.cache
  }

  /// Answers from the stale entries that tiers further out hold, and refreshes them behind.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard case .read = request.operation, request.loader != nil, !request.options.refresh else {
      return try await next(request)
    }
    let now = context.runtime.now
    let held = request.keys.map { key in
      request.held(for: key).flatMap { mayServe($0.entry, at: now) ? $0 : nil }
    }
    for (key, held) in zip(request.keys, held) {
      if let held { refresh(key, request, knowing: held.entry, now: now) }
    }
    let missing = held.indices.filter { held[$0] == nil }
    if missing.count == held.count { return try await next(request) }
    var results = Batch(held.map { $0.map(answer) ?? KeyReply(.miss(.expired)) })
    if !missing.isEmpty {
      let replies = try await next(request.narrowed(to: missing)).results
      for (index, position) in missing.enumerated() { results[position] = replies[index] }
    }
    return CacheReply(results)
  }

  private func mayServe(_ entry: Entry, at now: Timestamp) -> Bool {
    guard !entry.isFresh(at: now), entry.isUsable(at: now), !entry.isExpiredOnPurpose,
      !context.ledger.isInvalidated(entry)
    else { return false }
    return window.map { now < entry.freshUntil + $0 } ?? true
  }

  private func answer(_ held: HeldEntry) -> KeyReply {
    var reply = KeyReply(.stale(tier: held.tier, .refreshing), entry: held.entry)
    reply.missReason = .expired
    return reply
  }

  private func refresh(
    _ key: CacheKey, _ request: CacheRequest, knowing entry: Entry, now: Timestamp
  ) {
    guard refreshes.begin(key, now: now) else { return }
    var behind = request.refreshing(unlessNewerThan: entry.createdAt)
    behind.keys = .one(key)
    let work = behind
    let isStarted = context.background.start("revalidate") { [context, refreshes, rest] in
      let reply = try? await context.reenter(work).first
      let now = context.runtime.now
      refreshes.end(key, restUntil: Self.isRenewed(reply) ? nil : now + rest, now: now)
    }
    if !isStarted { refreshes.end(key, restUntil: nil, now: now) }
  }

  private static func isRenewed(_ reply: KeyReply?) -> Bool {
    switch reply?.outcome {
    case .hit, .loaded, .renewed: true
    default: false
    }
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
