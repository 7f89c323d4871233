// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Reports loads that took long, so that the slow keys of a source come to light.
///
/// The guide "Write a stage" builds this stage step by step. How long a load took is in the entry
/// it made, so the stage needs no clock; it reports a shared load once, and never on a hit.
public struct SlowLoadLog: CacheStage {
  /// `slow-load-log` in YAML.
  public static let id: StageID = "slow-load-log"

  enum Level: String, CaseIterable {
    case info, warning
  }

  enum Option {
    static let over = PluginOption(
      "over", .duration, default: .milliseconds(200),
      "Loads that took longer than this are reported.")
    static let level = PluginOption(
      "level", OptionType<Level>.choice, default: .warning, "How loud a report is.")
  }

  /// What counts as slow, and how loud to be about it.
  public static let options: [any OptionDeclaration] = [Option.over, Option.level]

  private let cache: CacheContext
  private let over: Duration
  private let level: Level

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    cache = options.cache
    over = try options(Option.over)
    level = try options(Option.level)
  }

  /// Passes everything on, and looks at what comes back.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    let reply = try await next(request)
    for (key, result) in zip(request.keys, reply.results) {
      if let took = loadTime(of: result), took > over { report(key, took) }
    }
    return reply
  }

  /// How long the load behind `result` took; `nil` where this call did not load.
  private func loadTime(of result: KeyReply) -> Duration? {
    switch result.outcome {
    case .loaded, .renewed: break
    case .hit, .stale, .miss, .done, .refused, .failed: return nil
    }
    guard let entry = result.entry, !result.isShared else { return nil }
    return .microseconds(Int64(entry.cost))
  }

  private func report(_ key: CacheKey, _ took: Duration) {
    cache.report(
      level == .info ? .info : .warning, "slow load", source: Self.id.name,
      details: [("key", "\(key.digest)"), ("took", DurationText.text(for: took))])
  }

  /// A limit that no load can pass, because the caller has left by then.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    guard let over = placement.value(Option.over), let timeout = placement.policy.timeout,
      over >= timeout
    else { return [] }
    let (given, limit) = (DurationText.text(for: over), DurationText.text(for: timeout))
    return [
      .warning("\(given) is never reached: calls end after \(limit)", option: Option.over.name)
    ]
  }
}
