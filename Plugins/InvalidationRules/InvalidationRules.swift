// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Forgets what events of the application make wrong, by the rules of the plan.
///
/// `strata.publish("user.updated", ["id": 42])` reaches every cache that has this stage. What it
/// invalidates goes through the whole pipeline, like a call of `remove`, and is as safe: loads under
/// way are not stored.
public struct InvalidationRules: CacheStage {
  /// `invalidation` in YAML.
  public static let id: StageID = "invalidation"

  enum Option {
    static let rules = PluginOption(
      "rules", .list(EventRule.type),
      "What to invalidate on which event: on, keys, tags, patterns, delay, soft, then.")
  }

  /// The rules.
  public static let options: [any OptionDeclaration] = [Option.rules]

  private let rules: [EventRule]
  private let context: CacheContext
  private let delayed: DelayedRules
  private let coder: CoderSlot

  /// How many keys of a pattern are invalidated in one request.
  static let page = 500

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    rules = try options(Option.rules)
    context = options.cache
    delayed = DelayedRules(context: options.cache)
    coder = context.kept.object { CoderSlot() }
  }

  /// Passes everything on.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    if let used = request.coder { coder.take(used) }
    return try await next(request)
  }

  /// Carries out what is delayed: early is safe.
  public func drain() async { await delayed.flush() }

  // MARK: Events

  /// Invalidates what the rules for `event` name, and says what that was.
  ///
  /// Throws where a rule needs a field that the event lacks, before anything is invalidated, and
  /// where the pipeline does.
  public func apply(_ event: CacheEvent) async throws -> InvalidationReport {
    let acting = rules.filter { $0.isAbout(event) }
    let targets = try acting.map { try Target($0, event, context) }
    var report = InvalidationReport()
    for (rule, target) in zip(acting, targets) {
      report.rules += 1
      report.follow += rule.follow.map { CacheEvent($0, event.fields) }
      if rule.delay > .zero, postpone(target, rule) {
        report.delayed += 1
      } else {
        report += try await invalidate(target)
      }
    }
    return report
  }

  private func postpone(_ target: Target, _ rule: EventRule) -> Bool {
    delayed.schedule(after: rule.delay) { [self] in
      do {
        _ = try await invalidate(target)
      } catch {
        context.report(
          .error, "delayed invalidation failed", source: Self.id.name,
          details: [("error", "\(type(of: error))")])
      }
    }
  }

  // MARK: Invalidation

  private func invalidate(_ target: Target) async throws -> InvalidationReport {
    var report = InvalidationReport()
    if !target.tags.isEmpty {
      try await send(.invalidate(target.tags), [])
      report.tags = target.tags.count
    }
    if !target.keys.isEmpty {
      try await send(operation(target), target.keys)
      report.keys = target.keys.count
    }
    for pattern in target.patterns { report.matched += try await sweep(pattern, target) }
    return report
  }

  /// Removes the keys, or makes them stale where that can be done: tiers that keep bytes can change
  /// times only with the coder of the cache's values, which the first call brings.
  private func operation(_ target: Target) -> CacheOperation {
    let needsCoder = context.tiers.contains {
      !type(of: $0.store).capabilities.contains(.objects)
    }
    return target.isSoft && (!needsCoder || coder.coder != nil) ? .expire : .remove
  }

  private func send(_ operation: CacheOperation, _ keys: [CacheKey]) async throws {
    let request = CacheRequest(operation, keys: Batch(keys), coder: coder.coder)
    _ = try await context.reenter(request)
  }

  /// Invalidates every stored key that matches, in every tier.
  ///
  /// First every lease is revoked: what was loaded before this is stored nowhere, so that no key
  /// that matches comes after the scan has passed its place.
  private func sweep(_ pattern: KeyPattern, _ target: Target) async throws -> Int {
    context.ledger.revokeAll()
    var found: Set<CacheKey> = []
    var count = 0
    for tier in context.tiers {
      guard let store = tier.store as? any ScanningStore else {
        throw CacheError(
          .custom("cannot-list"), "The tier '\(tier.tierName)' cannot list its keys.",
          stage: Self.id)
      }
      var cursor: ScanCursor? = .start
      while let from = cursor {
        let page = try await store.scan(pattern, from: from, limit: Self.page)
        cursor = page.next
        let new = page.keys.filter { found.insert($0).inserted }
        count += new.count
        if !new.isEmpty { try await send(operation(target), new) }
        // What was invalidated need not be remembered to be right, only to be counted once.
        if found.count > 100_000 { found = [] }
      }
    }
    return count
  }

  // MARK: Check

  /// Patterns over stores that cannot list their keys.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == id }) {
      return [.error("a second invalidation would act twice; write all rules in one")]
    }
    let rules = placement.value(Option.rules) ?? []
    var problems: [PlacementProblem] = []
    if rules.isEmpty {
      problems.append(.warning("has no rules; write \(EventRule.expected)", option: "rules"))
    }
    guard rules.contains(where: { !$0.patterns.isEmpty }) else { return problems }
    for tier in placement.pipeline where tier.isTier {
      guard let store = tier.store, !store.capabilities.contains(.scan) else { continue }
      problems.append(
        .error(
          "patterns need stores that list their keys, and '\(store.name)' (\(store.kind)) does "
            + "not; invalidate by tags instead", option: "rules"))
    }
    return problems
  }
}

/// What a rule makes of an event.
private struct Target: Sendable {
  var keys: [CacheKey]
  var tags: [Tag]
  var patterns: [KeyPattern]
  var isSoft: Bool

  init(_ rule: EventRule, _ event: CacheEvent, _ context: CacheContext) throws {
    keys = try rule.keys.flatMap { try $0.keys(event, context) }
    tags = try rule.tags.flatMap { try $0.tags(event) }
    patterns = try rule.patterns.flatMap { try $0.patterns(event, context) }
    isSoft = rule.isSoft
  }
}

/// The coder of the cache's values, once a call has brought it.
private final class CoderSlot: Sendable {
  private let slot = Lock<(any PayloadCoder)?>(nil)
  var coder: (any PayloadCoder)? { slot.withLock { $0 } }
  func take(_ coder: any PayloadCoder) { slot.withLock { if $0 == nil { $0 = coder } } }
}
