// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// What was counted about one cache, at one moment.
public struct MetricsSnapshot: Sendable {
  /// How many keys of requests had one outcome.
  public struct Requests: Sendable, Equatable {
    /// The operation (see ``CacheOperation/name``), or `refresh` for reads behind the callers.
    public let operation: String
    /// What became of it: `fast`, `hit`, `stale`, `loaded`, `shared`, `renewed`, `miss`, `done`,
    /// `refused`, `failed`, `abandoned`.
    public let outcome: String
    /// How many keys.
    public let count: UInt64
  }

  /// The counters of the calls with one label, or of those without.
  public struct Labelled: Sendable {
    /// The label; `nil` for calls without.
    public let label: String?
    /// Operations by outcome, those that happened.
    public let requests: [Requests]
  }

  /// What one tier met.
  public struct Tier: Sendable {
    /// Its name.
    public let name: String
    /// Fresh answers on the full road.
    public let hits: UInt64
    /// Fresh answers on the fast road.
    public let fastHits: UInt64
    /// Stale answers.
    public let stale: UInt64
    /// Why nothing fresh was there.
    public let misses: [MissReason: UInt64]
    /// Store operations that failed or took too long.
    public let failures: UInt64
  }

  /// What a stage shows of itself.
  public struct Gauge: Sendable, Equatable {
    /// Its name, with its unit.
    public let name: String
    /// What it tells.
    public let help: String
    /// The value at that moment.
    public let value: Double
  }

  /// The cache's name.
  public let cache: String
  /// The counters by label.
  public let series: [Labelled]
  /// Why no tier had a fresh entry.
  public let misses: [MissReason: UInt64]
  /// Why stale entries were served.
  public let stale: [StaleReason: UInt64]
  /// Why changes were declined.
  public let refusals: [RefusalReason: UInt64]
  /// The tiers, outermost first.
  public let tiers: [Tier]
  /// Calls of the loader, and how long they took.
  public let loads: LatencySummary
  /// Loads that failed.
  public let failedLoads: UInt64
  /// Loads that were cancelled since everybody had left.
  public let cancelledLoads: UInt64
  /// How long reads took on the full road.
  public let reads: LatencySummary
  /// How long changes took.
  public let changes: LatencySummary
  /// Pieces of work that run behind the callers' backs now.
  public let background: Int
  /// What stages show of themselves (see ``CacheContext/show(_:)``).
  public let gauges: [Gauge]

  init(_ counts: CacheCounts, _ context: CacheContext) {
    let all = counts.table.all
    cache = context.policy.name
    series = all.map { Labelled(label: $0.label, requests: $0.series.requests()) }
      .filter { $0.label == nil || !$0.requests.isEmpty }
    misses = Self.sum(all.map { $0.series.missReasons() })
    stale = Self.sum(all.map { $0.series.staleReasons() })
    refusals = Self.sum(all.map { $0.series.refusalReasons() })
    let fast = series.flatMap(\.requests).reduce(0) { $0 + ($1.outcome == "fast" ? $1.count : 0) }
    let fastTier = context.fastTier
    tiers = context.tallies.map { Tier($0, fastHits: $0.tier == fastTier ? fast : 0) }
    loads = counts.loads.summary()
    failedLoads = counts.failedLoads
    cancelledLoads = counts.cancelledLoads
    reads = counts.reads.summary()
    changes = counts.changes.summary()
    background = context.background.count
    gauges = context.gauges.map { Gauge(name: $0.name, help: $0.help, value: $0.read()) }
  }

  private static func sum<Reason>(_ parts: [[Reason: UInt64]]) -> [Reason: UInt64] {
    parts.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
  }

  /// How many keys of `operation` had this outcome, over all labels or under one.
  public func count(_ operation: String, _ outcome: String, label: String? = nil) -> UInt64 {
    series.filter { label == nil || $0.label == label }.flatMap(\.requests)
      .filter { $0.operation == operation && $0.outcome == outcome }
      .reduce(0) { $0 + $1.count }
  }

  /// Which part of all reads was answered fresh from a tier; `nil` where nothing was read.
  public var hitRatio: Double? {
    let reads = series.flatMap(\.requests).filter { $0.operation == "read" }
    let all = reads.reduce(0) { $0 + $1.count }
    let hits = reads.reduce(0) { $0 + ($1.outcome == "fast" || $1.outcome == "hit" ? $1.count : 0) }
    return all == 0 ? nil : Double(hits) / Double(all)
  }
}

extension MetricsSnapshot.Tier {
  init(_ tally: TierTally, fastHits: UInt64) {
    name = tally.tier
    hits = tally.hits
    self.fastHits = fastHits
    stale = tally.stale
    failures = tally.failures
    misses = Dictionary(
      uniqueKeysWithValues: MissReason.allCases.map { ($0, tally.misses($0)) }
        .filter { $0.1 > 0 })
  }
}
