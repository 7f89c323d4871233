// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Bounds how many loads run at once, how many wait, and for how long it makes sense to wait.
///
/// The source is asked by at most so many at a time, whoever asks. A load that could not end before
/// its caller's deadline is refused at once instead of late. Misses of one bulk loader that come
/// within a moment are loaded together.
public struct LoaderLimits: CacheStage {
  /// `loader-limits` in YAML.
  public static let id: StageID = "loader-limits"

  enum Option {
    static let concurrency = PluginOption(
      "concurrency", .integer(1...100_000), default: 64, "The most loads that run at once.")
    static let queue = PluginOption(
      "queue", .integer(0...1_000_000), default: 1000,
      "The most loads that wait for their turn; more are refused.")
    static let adaptive = PluginOption(
      "adaptive", .choice, default: Adaptation.none,
      "Whether the limit follows the source: none, aimd (by target) or gradient (by its usual time)."
    )
    static let least = PluginOption(
      "min-concurrency", .integer(1...100_000), default: 1,
      "What an adaptive limit never falls below.")
    static let target = PluginOption(
      "target", .optional(.duration), default: nil,
      "With aimd: the load time above which there are too many at once.")
    static let coalesce = PluginOption(
      "coalesce", .optional(.duration), default: nil,
      "How long a miss of a bulk loader waits for others to be loaded with it.")
    static let maxBatch = PluginOption(
      "max-batch", .integer(2...100_000), default: 100, "The most misses that are loaded together.")
  }

  /// Limits and windows.
  public static let options: [any OptionDeclaration] = [
    Option.concurrency, Option.queue, Option.adaptive, Option.least, Option.target,
    Option.coalesce, Option.maxBatch,
  ]

  private let slots: LoadSlots
  private let joints: JointLoads?

  /// Creates the stage.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    let limit = LoadLimit(
      try options(Option.adaptive), most: try options(Option.concurrency),
      least: try options(Option.least), target: try options(Option.target))
    slots = LoadSlots(limit, queue: try options(Option.queue), runtime: runtime)
    let most = try options(Option.maxBatch)
    joints = try options(Option.coalesce).map {
      JointLoads(window: $0, most: most, runtime: runtime)
    }
  }

  /// How many loads run, how many wait, and how many may run at this moment.
  public var load: (running: Int, waiting: Int, limit: Int) { slots.load }

  /// Limits the loader on the way in.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard case .read = request.operation, let loader = request.loader else {
      return try await next(request)
    }
    var inner = request
    inner.loader = limited(loader, request)
    return try await next(inner)
  }

  private func limited(_ loader: Loader, _ request: CacheRequest) -> Loader {
    let (slots, deadline) = (slots, request.deadline)
    switch loader {
    case .each(let load):
      return .each { context in
        try await slots.run(until: deadline) { try await load(context) }
      }
    case .bulk(let load):
      let alone: @Sendable ([LoadContext], Timestamp?) async throws -> [Payload?] = {
        contexts, deadline in
        try await slots.run(until: deadline) { try await load(contexts) }
      }
      guard let joints, let source = request.source else {
        return .bulk { try await alone($0, deadline) }
      }
      // Whose load it is nobody can say: no single deadline decides about it.
      return .bulk { contexts in
        try await joints.load(contexts, source) { try await alone($0, nil) }
      }
    case .finished: return loader
    }
  }

  /// Limits that contradict each other, and a place in which cut-off loads would not count.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] {
    var problems: [PlacementProblem] = []
    if let most = placement.value(Option.concurrency), let least = placement.value(Option.least),
      least > most
    {
      problems.append(.error("is more than concurrency, \(most)", option: Option.least.name))
    }
    let (adaptive, target) = (
      placement.value(Option.adaptive), placement.value(Option.target) ?? nil
    )
    if adaptive == .aimd, target == nil {
      problems.append(.error("aimd needs a load time to keep to; write target: 100ms"))
    }
    if let adaptive, adaptive != .aimd, target != nil {
      problems.append(.warning("only adaptive: aimd has a target", option: Option.target.name))
    }
    if placement.outer.contains(where: { $0.id == "fail-safe" }) {
      problems.append(
        .warning(
          "fail-safe stands further out, and loads that it cuts off and lets finish behind are not "
            + "limited; move loader-limits before it"))
    }
    if placement.outer.contains(where: { $0.id == id }) {
      problems.append(.error("a second loader-limits has nothing to do; remove one of them"))
    }
    return problems
  }
}
