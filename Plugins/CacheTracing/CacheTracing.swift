// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Records a span for each operation on the full road: which tier answered, fresh or stale, why.
///
/// The span's parent is the call's own trace context, or the task's. Work inside (the load, what
/// the loader calls) finds the span as its own parent. Without a tracer it does nothing.
public struct CacheTracing: CacheStage {
  /// `tracing` in YAML.
  public static let id: StageID = "tracing"

  /// How keys are shown.
  enum Keys: String, CaseIterable {
    case digest
    case plain
    case none
  }

  enum Option {
    static let keys = PluginOption(
      "keys", .choice, default: Keys.digest,
      "How keys are shown: by their digest, as plain text, or not at all (none).")
  }

  /// How keys are shown.
  public static let options: [any OptionDeclaration] = [Option.keys]

  private let keys: Keys
  private let context: CacheContext
  private let slot: TracerSlot

  /// Creates the stage, with the tracer of the one it replaces.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    keys = try options(Option.keys)
    context = options.cache
    slot = context.kept.object { TracerSlot() }
  }

  /// Where spans go; `nil` records none.
  public var tracer: (any CacheTracer)? {
    get { slot.tracer }
    nonmutating set { slot.tracer = newValue }
  }

  /// Records a span around the rest of the pipeline.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard let tracer else { return try await next(request) }
    let name = request.isBehind ? "refresh" : request.operation.name
    let parent = request.options.trace ?? TraceContext.current
    let start = SpanStart(
      name: "cache \(name)", cache: context.policy.name, parent: parent, time: context.runtime.now)
    guard let span = tracer.begin(start) else { return try await next(request) }
    do {
      let reply = try await TraceContext.$current.withValue(span.context) {
        try await next(request)
      }
      let error = failure(in: reply).map { "\(type(of: $0))" }
      end(span, attributes(request) + attributes(reply), error)
      return reply
    } catch {
      end(span, attributes(request), "\(type(of: error))")
      throw error
    }
  }

  private func end(_ span: any CacheSpan, _ attributes: [SpanAttribute], _ error: String?) {
    span.end(SpanEnd(attributes: attributes, error: error, time: context.runtime.now))
  }

  // MARK: Attributes

  private func attributes(_ request: CacheRequest) -> [SpanAttribute] {
    var attributes = [
      SpanAttribute("cache.name", .text(context.policy.name)),
      SpanAttribute("cache.operation", .text(request.operation.name)),
      SpanAttribute("cache.keys", .integer(request.keys.count)),
    ]
    if request.isBehind { attributes.append(SpanAttribute("cache.behind", .boolean(true))) }
    guard request.keys.count == 1, let key = request.keys.first else { return attributes }
    switch keys {
    case .none: break
    case .digest: attributes.append(SpanAttribute("cache.key", .text("\(key.digest)")))
    case .plain: attributes.append(SpanAttribute("cache.key", .text(key.text)))
    }
    return attributes
  }

  /// What became of one key, or how many of several became what.
  private func attributes(_ reply: CacheReply) -> [SpanAttribute] {
    guard reply.results.count == 1, let result = reply.results.first else {
      let counts = Dictionary(reply.results.map { ($0.outcome.name, 1) }, uniquingKeysWith: +)
      return counts.sorted { $0.key < $1.key }
        .map { SpanAttribute("cache.outcomes.\($0.key)", .integer($0.value)) }
    }
    var attributes = [SpanAttribute("cache.outcome", .text(result.outcome.name))]
    if let tier = result.outcome.tier {
      attributes.append(SpanAttribute("cache.tier", .text(tier)))
    }
    if let reason = result.outcome.reason ?? result.missReason?.rawValue {
      attributes.append(SpanAttribute("cache.reason", .text(reason)))
    }
    if result.isShared { attributes.append(SpanAttribute("cache.shared", .boolean(true))) }
    if let entry = result.entry {
      let age = (context.runtime.now - entry.createdAt).saturatingNanoseconds / 1_000_000
      attributes.append(SpanAttribute("cache.age_ms", .integer(Int(max(0, age)))))
    }
    return attributes
  }

  private func failure(in reply: CacheReply) -> (any Error)? {
    reply.results.lazy.compactMap { result -> (any Error)? in
      guard case .failed(let error) = result.outcome else { return nil }
      return error.underlying ?? error
    }.first
  }

  /// A second one, and a place where it does not see what callers see.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    if placement.outer.contains(where: { $0.id == id }) {
      return [.error("a second tracing would record everything twice; remove one of them")]
    }
    guard let tier = placement.outer.first(where: \.isTier) else { return [] }
    return [
      .warning("does not see what \(tier.id) answers on the full road; move it before \(tier.id)")
    ]
  }
}
