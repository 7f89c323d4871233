// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Lets entries that are used live on, up to an absolute age.
///
/// A hit in the later part of an entry's time gives it its whole time again. Hits before that are
/// nobody's matter and stay on the fast road; those after it take the full road once, until the
/// entry has its new time.
public struct Sliding: AttentiveStage {
  /// `sliding` in YAML.
  public static let id: StageID = "sliding"

  enum Option {
    static let longest = PluginOption(
      "max", .duration, "The age at which an entry expires however much it is used.")
    static let from = PluginOption(
      "from", .fraction, default: Fraction(percent: 50),
      "After which part of its time a hit prolongs an entry.")
  }

  /// How long at most, and from when on.
  public static let options: [any OptionDeclaration] = [Option.longest, Option.from]

  private let longest: Duration
  private let from: Fraction
  private let touched = KeyClaims()
  private let context: CacheContext

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    longest = try options(Option.longest)
    from = try options(Option.from)
    context = options.cache
  }

  /// The later part of the time that the entry has now; its expiry where it cannot have more.
  public func attention(to entry: Entry, now: Timestamp) -> Timestamp {
    if entry.createdAt + longest <= entry.freshUntil { return entry.freshUntil }
    return now + from.of(max(.zero, entry.freshUntil - now))
  }

  /// Answers with the fresh entry that a tier further out holds, and prolongs it behind. Entries
  /// that were loaded for longer than the absolute age are cut to it.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard case .read = request.operation, !request.options.refresh else {
      return cut(try await next(request))
    }
    let now = context.runtime.now
    let answers = request.keys.mapEach { key -> KeyReply? in
      guard let held = request.held(for: key), held.entry.isFresh(at: now) else { return nil }
      prolong(key, held.entry, request, now: now)
      return KeyReply(.hit(tier: held.tier), entry: held.entry)
    }
    return cut(try await next(request, answered: answers))
  }

  private func cut(_ reply: CacheReply) -> CacheReply {
    var reply = reply
    for index in reply.results.indices where reply.results[index].canFill {
      guard let entry = reply.results[index].entry else { continue }
      let end = entry.createdAt + longest
      if end < entry.freshUntil { reply.results[index].entry?.freshUntil = end }
      if end < entry.attentionAt { reply.results[index].entry?.attentionAt = end }
    }
    return reply
  }

  // MARK: Sliding

  /// Gives the entry its time again, unless somebody does already.
  private func prolong(_ key: CacheKey, _ entry: Entry, _ request: CacheRequest, now: Timestamp) {
    let time = min(span(of: entry), entry.createdAt + longest - now)
    guard now + time > entry.freshUntil, touched.claim(key) else { return }
    var touch = CacheRequest(.touch(time), keys: .one(key), coder: request.coder)
    touch.options.skipWriting = request.options.skipWriting
    let work = touch.behind()
    let isStarted = context.background.start("slide") { [self] in
      _ = try? await context.reenter(work)
      touched.release(key)
    }
    if !isStarted { touched.release(key) }
  }

  /// The time that the entry had when it was stored or last prolonged.
  ///
  /// It follows from the two moments that were set then: attention lies at `from` of the time
  /// before the expiry. Where a stage further out asked for attention sooner, it comes out longer;
  /// the absolute age bounds it all the same.
  private func span(of entry: Entry) -> Duration {
    let later = entry.freshUntil - (entry.attentionAt + context.runtime.clock.coarseLag)
    let rest = Fraction(percent: 100).billionths - from.billionths
    guard rest > 0 else { return context.policy.ttl }
    let nanoseconds = Double(max(.zero, later).saturatingNanoseconds)
    return .nanoseconds(Int64(min(nanoseconds / Double(rest) * 1e9, 9e18)))
  }

  // MARK: Check

  /// Bounds that let nothing slide, and stages that undo it.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    if let longest = placement.value(Option.longest), longest <= placement.policy.ttl {
      let ttl = DurationText.text(for: placement.policy.ttl)
      problems.append(
        .error(
          "\(DurationText.text(for: longest)) leaves nothing to slide: it must be longer than the "
            + "cache's ttl, \(ttl)", option: "max"))
    }
    if let from = placement.value(Option.from), from.billionths >= 1_000_000_000 {
      problems.append(
        .error("must be below 100%: no hit comes after the whole time", option: "from"))
    }
    if placement.pipeline.contains(where: { $0.id == "refresh-ahead" }) {
      problems.append(
        .warning("refresh-ahead renews what is used already; with both, one of them is idle"))
    }
    if !placement.outer.contains(where: \.isTier) {
      problems.append(
        .warning(
          "sees no hits here: it prolongs what tiers further out hold, and there is none; move it "
            + "behind them"))
    }
    return problems
  }
}
