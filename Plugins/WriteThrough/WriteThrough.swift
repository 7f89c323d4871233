// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Brings a write to the source before its caller is answered, so that cache and source agree.
///
/// ```
///   source-first:  set ─► sink ─► the tiers further out ─► the caller
///   cache-first:   set ─► the tiers further in ─► sink ─► the caller
/// ```
///
/// Whenever either half fails, or nobody knows whether it did, the key is removed from every tier:
/// the next read asks the source, and sees what became of it.
public struct WriteThrough: CacheStage {
  /// `write-through` in YAML.
  public static let id: StageID = "write-through"

  enum Option {
    static let sink = PluginOption("sink", .sink, "Where the writes end up.")
    static let order = PluginOption(
      "order", .choice, default: WriteOrder.sourceFirst, "Which of the two is written first.")
    static let cached = PluginOption(
      "cached", .choice, default: WrittenCopy.update,
      "What becomes of the cached copy: it is what was written, or it is removed.")
    static let timeout = PluginOption(
      "timeout", .duration, default: .seconds(5), "How long the sink may take.")
    static let deletes = PluginOption(
      "deletes", .boolean, default: true,
      "Whether a removal is a deletion for the sink, or only concerns what is cached.")
  }

  /// Where to, in what order, and what the cache keeps.
  public static let options: [any OptionDeclaration] = [
    Option.sink, Option.order, Option.cached, Option.timeout, Option.deletes,
  ]

  private let sink: any WriteSink
  private let order: WriteOrder
  private let cached: WrittenCopy
  private let timeout: Duration
  private let deletes: Bool
  private let context: CacheContext
  private let turns: KeyTurns

  /// Creates the stage from a plan.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    sink = try options.sink(Option.sink)
    order = try options(Option.order)
    cached = try options(Option.cached)
    timeout = try options(Option.timeout)
    deletes = try options(Option.deletes)
    context = options.cache
    turns = options.cache.kept.object { KeyTurns() }
  }

  // MARK: Requests

  /// Brings a caller's writes and removals to the sink; passes on everything.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard request.isOwnChange, concernsSource(request.operation) else {
      return try await next(request)
    }
    let writes = try request.sourceWrites(acceptedAt: context.runtime.now)
    if writes.isEmpty { return try await next(request) }
    return try await turns.run(request.keys) {
      switch order {
      case .sourceFirst: try await writeSourceFirst(writes, request, next)
      case .cacheFirst: try await writeCacheFirst(writes, request, next)
      }
    }
  }

  private func concernsSource(_ operation: CacheOperation) -> Bool {
    switch operation {
    case .write: true
    case .remove: deletes
    default: false
    }
  }

  private func writeSourceFirst(
    _ writes: [SourceWrite], _ request: CacheRequest, _ next: Next
  ) async throws -> CacheReply {
    try await apply(writes, request)
    do {
      var reply = try await next(request)
      await context.forget(refused(reply, request))
      guard cached == .invalidate, case .write = request.operation else { return reply }
      // A tier that may not keep what was written removes what it had.
      for index in reply.results.indices { reply.results[index].unstorable = .notStorable }
      return reply
    } catch {
      // The source has it, so no tier may keep what was before.
      await context.forget(request.keys)
      throw error
    }
  }

  private func writeCacheFirst(
    _ writes: [SourceWrite], _ request: CacheRequest, _ next: Next
  ) async throws -> CacheReply {
    let reply = try await next(request)
    let declined = Set(refused(reply, request).map(\.bytes))
    let accepted = writes.filter { !declined.contains($0.key) }
    if !accepted.isEmpty { try await apply(accepted, request) }
    return reply
  }

  /// Writes to the sink, or makes sure that the cache claims nothing and throws.
  private func apply(_ writes: [SourceWrite], _ request: CacheRequest) async throws {
    let batch = WriteBatch(WriteThrough.lastOfEach(writes))
    do {
      let end = context.runtime.now + timeout
      try await context.runtime.run("write through", until: end) { [sink] in
        try await sink.apply(batch)
      }
    } catch {
      let isRejected = (error as? SinkError)?.kind == .rejected
      // What was rejected is known not to be there: what the cache had before is still right.
      if !isRejected || order == .cacheFirst { await context.forget(request.keys) }
      if error is CancellationError { throw error }
      throw CacheError(
        isRejected ? .refused : .sourceFailed,
        isRejected ? "The source rejected the write." : "The source did not take the write.",
        stage: Self.id, key: request.keys.first?.digest, underlying: error)
    }
  }

  /// A batch has each key once.
  private static func lastOfEach(_ writes: [SourceWrite]) -> [SourceWrite] {
    if writes.count < 2 { return writes }
    var seen: Set<[UInt8]> = []
    return writes.reversed().filter { seen.insert($0.key).inserted }.reversed()
  }

  private func refused(_ reply: CacheReply, _ request: CacheRequest) -> [CacheKey] {
    zip(request.keys, reply.results).filter { $1.outcome.isRefusal }.map(\.0)
  }

  // MARK: Place

  /// A place that contradicts the order.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems = placement.problemsOfWriter()
    let order = placement.value(Option.order)
    if order == .sourceFirst, let tier = placement.inner.first(where: \.isTier) {
      problems.append(
        .error(
          "stands outside of the tier '\(tier.id)'; with source-first it belongs behind every tier",
          option: "order"))
    }
    if order == .cacheFirst, let tier = placement.outer.first(where: \.isTier) {
      problems.append(
        .error(
          "stands inside of the tier '\(tier.id)'; with cache-first it belongs before every tier",
          option: "order"))
    }
    if order == .cacheFirst, placement.value(Option.cached) == .invalidate {
      problems.append(
        .error("removes what cache-first has just written; write source-first", option: "cached"))
    }
    return problems
  }
}
