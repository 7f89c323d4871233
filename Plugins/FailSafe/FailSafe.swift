// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Serves a stale value, marked as such, where the source fails or takes too long.
///
/// The loader is what is guarded: its failures, its time, and how soon after a failure it is tried
/// again. A load that took too long goes on behind, and what it brings is stored if nothing was
/// invalidated meanwhile.
public struct FailSafe: CacheStage {
  /// `fail-safe` in YAML.
  public static let id: StageID = "fail-safe"

  enum Option {
    static let soft = PluginOption(
      "soft-timeout", .optional(.duration), default: nil,
      "How long a load may take before a stale value is served instead, where there is one.")
    static let hard = PluginOption(
      "hard-timeout", .optional(.duration), default: nil,
      "How long a load may take before the call fails, where there is nothing to serve instead.")
    static let throttle = PluginOption(
      "throttle", .duration, default: .seconds(10),
      "How long a source that has failed is left alone, for a key with a stale value.")
  }

  /// Time limits and rest.
  public static let options: [any OptionDeclaration] = [
    Option.soft, Option.hard, Option.throttle,
  ]

  private let loads: GuardedLoads
  private let context: CacheContext

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    context = options.cache
    loads = GuardedLoads(
      context: options.cache, soft: try options(Option.soft), hard: try options(Option.hard),
      throttle: try options(Option.throttle))
  }

  /// Guards the loader on the way in, and puts stale values in the place of failures on the way
  /// back.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard case .read = request.operation, let loader = request.loader else {
      return try await next(request)
    }
    var inner = request
    inner.loader = loads.guarding(loader, request)
    var reply = try await next(inner)
    var left = replaceFailures(in: &reply, request)
    // What would have stood in was invalidated while the load was waited for, or the load was
    // shared with callers who have something: wait on. That may be shared with such callers again.
    for _ in 0..<Self.patience where !left.isEmpty {
      var patient = request.narrowed(to: left)
      patient.loader = loads.guarding(loader, request, isPatient: true)
      var late = try await next(patient)
      let still = replaceFailures(in: &late, patient)
      for (index, position) in left.enumerated() { reply.results[position] = late.results[index] }
      left = still.map { left[$0] }
    }
    if let fallback = request.options.fallback { serve(fallback, in: &reply) }
    return reply
  }

  /// How often a caller with nothing to fall back on takes up the wait for a load that others gave
  /// up.
  private static let patience = 4

  /// Puts stale values in the place of failures; returns where a load was cut off in favour of a
  /// stale value that there no longer is.
  private func replaceFailures(in reply: inout CacheReply, _ request: CacheRequest) -> [Int] {
    var left: [Int] = []
    for index in reply.results.indices {
      guard case .failed(let error) = reply.results[index].outcome else { continue }
      if var stale = standIn(for: request.keys[index], after: error, request) {
        stale.missReason = reply.results[index].missReason
        reply.results[index] = stale
      } else if let cut = error.underlying as? LoadCutOff, cut != .hardTimeout {
        left.append(index)
      }
    }
    return left
  }

  private func standIn(
    for key: CacheKey, after error: CacheError, _ request: CacheRequest
  ) -> KeyReply? {
    guard let held = request.held(for: key), held.entry.isUsable(at: context.runtime.now),
      !context.ledger.isInvalidated(held)
    else { return nil }
    return KeyReply(.stale(tier: held.tier, Self.reason(of: error.underlying)), entry: held.entry)
  }

  /// Puts the caller's own default in the place of what failed and could not be replaced.
  private func serve(_ fallback: Payload, in reply: inout CacheReply) {
    let now = context.runtime.now
    for index in reply.results.indices {
      guard case .failed = reply.results[index].outcome else { continue }
      let entry = Entry(payload: fallback, createdAt: now, freshUntil: now, usableUntil: now)
      var standIn = KeyReply(.stale(tier: "default", .defaultValue), entry: entry)
      standIn.missReason = reply.results[index].missReason
      reply.results[index] = standIn
    }
  }

  private static func reason(of error: (any Error)?) -> StaleReason {
    if let cut = error as? LoadCutOff { return cut.reason }
    guard let known = error as? CacheError else { return .loaderFailed }
    switch known.code {
    case .breakerOpen: return .breakerOpen
    case .overloaded: return .overloaded
    default: return .loaderFailed
    }
  }

  /// Time limits that contradict each other, and a place where there is nothing stale to find.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    if let soft = placement.value(Option.soft) ?? nil,
      let hard = placement.value(Option.hard) ?? nil,
      soft >= hard
    {
      let limit = DurationText.text(for: hard)
      problems.append(
        .error("must be shorter than hard-timeout, \(limit)", option: Option.soft.name))
    }
    if placement.policy.maxStale == .zero {
      problems.append(
        .warning("has nothing to serve: the cache's max-stale is 0; set max-stale on the cache"))
    }
    return problems
  }
}

/// Why a load was cut off or not begun.
enum LoadCutOff: Error {
  case softTimeout
  case hardTimeout
  case throttled

  var reason: StaleReason {
    switch self {
    case .softTimeout: .softTimeout
    case .hardTimeout: .hardTimeout
    case .throttled: .throttled
    }
  }
}
