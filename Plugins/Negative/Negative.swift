// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Remembers that the source has no value, for a time of its own, and, where asked, that it failed.
///
/// "Not found" is an answer, not a miss: callers get it without asking the source again, and it is
/// invalidated like any other entry. An error is no answer and is stored nowhere: for a moment the
/// source is not asked again, and whatever a tier further in or `fail-safe` has is served instead.
public struct Negative: CacheStage {
  /// `negative` in YAML.
  public static let id: StageID = "negative"

  enum Option {
    static let ttl = PluginOption(
      "ttl", .duration, default: .seconds(60), "How long \"not found\" is remembered.")
    static let errors = PluginOption(
      "errors", .optional(.duration), default: nil,
      "How long a failure of the source is remembered for its key; not at all where it is left out."
    )
  }

  /// For how long.
  public static let options: [any OptionDeclaration] = [Option.ttl, Option.errors]

  private let ttl: Duration
  private let failures: RememberedFailures?
  private let context: CacheContext

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    ttl = try options(Option.ttl)
    context = options.cache
    failures = try options(Option.errors).map { [context] in
      RememberedFailures(for: $0, context: context)
    }
  }

  /// Lets the tiers further out store that there is no value.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard case .read = request.operation else {
      defer { failures?.forget(request) }
      return try await next(request)
    }
    var inner = request
    if let failures { inner.loader = request.loader.map { failures.guarding($0, request) } }
    var reply = try await next(inner)
    for index in reply.results.indices {
      guard case .loaded = reply.results[index].outcome, var entry = reply.results[index].entry,
        entry.isNotFound, reply.results[index].unstorable == .absent
      else { continue }
      entry = entry.limited(to: ttl, maxStale: .zero, at: context.runtime.now)
      reply.results[index].entry = entry
      reply.results[index].unstorable = nil
    }
    return reply
  }

  /// A place where nothing is remembered.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: \.isTier) { return [] }
    return [
      .warning(
        "remembers nothing here: tiers further out store what it lets through, and there is none; "
          + "move it behind them")
    ]
  }
}
