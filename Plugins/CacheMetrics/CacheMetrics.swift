// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Counts what a cache does and how long it takes: outcomes, miss reasons, loads, latencies.
///
/// Hits on the fast road are counted without leaving it. Put it first, so that it sees every
/// request as its caller does.
public struct CacheMetrics: HitObserving {
  /// `metrics` in YAML.
  public static let id: StageID = "metrics"

  enum Option {
    static let labels = PluginOption(
      "max-labels", .integer(0...1000), default: 20,
      "How many labels of calls are counted apart; further ones are counted as other.")
  }

  /// How many labels.
  public static let options: [any OptionDeclaration] = [Option.labels]

  private let counts: CacheCounts
  private let context: CacheContext

  /// Creates the stage, which goes on with the counters of the one it replaces.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    let labels = try options(Option.labels)
    context = options.cache
    counts = context.kept.object { CacheCounts(labels: labels) }
  }

  /// Counts a hit on the fast road.
  public func observeHit(_ key: KeyView) { counts.table.unlabelled.countFastHit() }

  /// Counts a hit on the fast road under its label.
  public func observeHit(_ key: KeyView, label: String) {
    counts.table.series(label).countFastHit()
  }

  /// Counts what becomes of a request, and takes the time of its loads.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    let began = context.runtime.now
    let operation = CountedOperation(request)
    let series = counts.table.series(request.options.label)
    var inner = request
    inner.loader = request.loader.map(timed)
    do {
      let reply = try await next(inner)
      for result in reply.results { count(result, operation, series) }
      if request.keys.isEmpty { series.count(.done, of: operation) }
      take(began, operation)
      return reply
    } catch {
      series.count(.abandoned, of: operation, times: max(1, request.keys.count))
      take(began, operation)
      throw error
    }
  }

  private func count(
    _ result: KeyReply, _ operation: CountedOperation, _ series: MetricSeries
  ) {
    series.count(result, of: operation)
    if case .stale(let tier, _) = result.outcome { context.tally(of: tier).noteStale() }
  }

  private func take(_ began: Timestamp, _ operation: CountedOperation) {
    let duration = context.runtime.now - began
    switch operation {
    case .refresh: break
    case .read, .lifetime: counts.reads.record(duration)
    default: counts.changes.record(duration)
    }
  }

  // MARK: Loads

  private func timed(_ loader: Loader) -> Loader {
    switch loader {
    case .each(let load):
      .each { context in
        try await time {
          try await load(context)
        } isFailed: {
          Self.isFailed(context)
        }
      }
    case .bulk(let load):
      .bulk { contexts in
        try await time {
          try await load(contexts)
        } isFailed: {
          contexts.allSatisfy(Self.isFailed)
        }
      }
    case .finished: loader
    }
  }

  private static func isFailed(_ context: LoadContext) -> Bool {
    if case .failed = context.ended { true } else { false }
  }

  private func time<Value>(
    _ load: () async throws -> Value, isFailed: () -> Bool
  ) async throws -> Value {
    let began = context.runtime.now
    do {
      let value = try await load()
      counts.note(isFailed() ? .failed : .loaded, after: context.runtime.now - began)
      return value
    } catch {
      let isSignal = error is LoadSignal && !isFailed()
      let end: CacheCounts.LoadEnd = isSignal ? .loaded : Task.isCancelled ? .cancelled : .failed
      counts.note(end, after: context.runtime.now - began)
      throw error
    }
  }

  // MARK: Reading

  /// What was counted so far.
  public func snapshot() -> MetricsSnapshot { MetricsSnapshot(counts, context) }

  /// A second one, and a place where it does not see what callers see.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == id }) {
      return [.error("a second metrics would count everything twice; remove one of them")]
    }
    guard let tier = placement.outer.first(where: \.isTier) else { return [] }
    return [
      .warning(
        "does not see what \(tier.id) answers on the full road; move it before \(tier.id), "
          + "best to the first place")
    ]
  }
}
