// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What the stages of one cache share: its policy, ledger, runtime and background work.
public final class CacheContext: Sendable {
  /// What the plan says about the cache.
  public let policy: CachePolicy
  /// What is known about invalidations; outlives a reload of the plan.
  public let ledger: InvalidationLedger
  /// The doors to the outside.
  public let runtime: CacheRuntime
  /// Where stages start work behind the caller's back.
  public let background: BackgroundWork
  /// What stages keep when the plan is reloaded.
  public let kept: KeptState
  /// What the stages of all caches of a plan keep together, when it is reloaded too.
  public let shared: KeptState
  private let attentive = Lock<[any AttentiveStage]>([])
  private let tierList = Lock<[any TierStage]>([])
  private let tallyList = Lock<[TierTally]>([])
  private let gaugeList = Lock<[CacheGauge]>([])
  private let entrance = Lock<(@Sendable (CacheRequest) async throws -> CacheReply)?>(nil)

  /// Creates a context.
  public init(
    policy: CachePolicy, runtime: CacheRuntime, ledger: InvalidationLedger? = nil,
    kept: KeptState? = nil, shared: KeptState? = nil
  ) {
    self.policy = policy
    self.runtime = runtime
    self.ledger =
      ledger ?? InvalidationLedger(clock: runtime.clock, identity: runtime.random.next())
    self.kept = kept ?? KeptState()
    self.shared = shared ?? KeptState()
    background = BackgroundWork(runtime: runtime)
  }

  /// Notes which stages have a say in ``attention(to:)``, and which keep entries.
  func listen(_ stages: [any CacheStage]) {
    attentive.withLock { $0 = stages.compactMap { $0 as? any AttentiveStage } }
    tierList.withLock { $0 = stages.compactMap { $0 as? any TierStage } }
  }

  /// The tiers of the pipeline, outermost first; none before it is built.
  public var tiers: [any TierStage] { tierList.withLock { $0 } }

  /// The name of the tier that answers on the fast road, where one does.
  public var fastTier: String? {
    tiers.first.flatMap { $0.store is any FastStore ? $0.tierName : nil }
  }

  /// The generation of this cache's keys.
  public var keyGeneration: KeyGeneration { kept.object { KeyGeneration() } }

  /// The tally of the tier called `name`, made on the first call.
  public func tally(of name: String) -> TierTally {
    tallyList.withLock { tallies in
      if let known = tallies.first(where: { $0.tier == name }) { return known }
      tallies.append(TierTally(tier: name))
      return tallies[tallies.count - 1]
    }
  }

  /// What the tiers met so far.
  public var tallies: [TierTally] { tallyList.withLock { $0 } }

  /// Shows a value of a stage's own wherever the cache's metrics are read; one of the same name is
  /// replaced.
  public func show(_ gauge: CacheGauge) {
    gaugeList.withLock { gauges in
      gauges.removeAll { $0.name == gauge.name }
      gauges.append(gauge)
    }
  }

  /// What the stages show beside their counts, in the order in which they said so.
  public var gauges: [CacheGauge] { gaugeList.withLock { $0 } }

  func connect(_ entrance: @escaping @Sendable (CacheRequest) async throws -> CacheReply) {
    self.entrance.withLock { $0 = entrance }
  }

  /// Sends a request through the whole pipeline, from the outermost stage in: how a stage works
  /// behind its callers' backs, so that every tier is filled by what it finds.
  public func reenter(_ request: CacheRequest) async throws -> CacheReply {
    guard let walk = entrance.withLock({ $0 }) else {
      throw CacheError(.closed, "The pipeline of '\(policy.name)' is not built yet.")
    }
    var request = request
    request.isReentered = true
    return try await walk(request)
  }

  /// The first moment at which any stage wants to see a hit on `entry`.
  ///
  /// Early by the coarse clock's lag, so that the fast road, which reads that clock, is never late.
  public func attention(to entry: Entry, now: Timestamp) -> Timestamp {
    let stages = attentive.withLock { $0 }
    let wanted = stages.reduce(min(entry.freshUntil, entry.attentionAt)) {
      min($0, $1.attention(to: entry, now: now))
    }
    return wanted - runtime.clock.coarseLag
  }

  /// Reports something about this cache.
  public func report(
    _ level: CacheReport.Level, _ message: String, source: String,
    details: [(name: String, value: String)] = []
  ) {
    runtime.reporter.report(
      CacheReport(level, message, source: source, cache: policy.name, details: details))
  }
}
