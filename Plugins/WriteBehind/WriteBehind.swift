// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Answers a write once it is safe in a queue, and brings it to the source behind the caller's
/// back.
///
/// ```
///   set ─► queue (durable) ─► the tiers further out ─► the caller
///            └─► batches, in order ─► sink
/// ```
///
/// A read that no tier answers sees what waits before it sees the source, so nobody reads anything
/// older than what was acknowledged. The stage stands inside every tier: what a tier keeps was
/// acknowledged, and what was refused is kept nowhere.
public struct WriteBehind: CacheStage {
  /// `write-behind` in YAML.
  public static let id: StageID = "write-behind"

  enum Option {
    static let sink = PluginOption("sink", .sink, "Where the writes end up.")
    static let journal = PluginOption(
      "journal", .store, "The queue in which they wait: a store of kind journal.")
    static let batch = PluginOption(
      "batch", .integer(1...100_000), default: 100, "How many keys are delivered at a time.")
    static let interval = PluginOption(
      "interval", .duration, default: .seconds(1),
      "How long a write waits for others at most; a full batch goes at once.")
    static let limit = PluginOption(
      "max-pending", .integer(1...Int.max), default: 100_000,
      "How many writes may wait to be delivered.")
    static let whenFull = PluginOption(
      "when-full", .choice, default: FullQueue.wait,
      "What becomes of a write beyond that: it waits for room, or is refused.")
    static let attempts = PluginOption(
      "attempts", .integer(1...1_000_000), default: 10,
      "How often a batch is tried before the writes that fail are set aside. A sink that cannot be "
        + "reached is tried for ever.")
    static let backoff = PluginOption(
      "backoff", .duration, default: .milliseconds(100),
      "The pause after the first failure; it doubles with each.")
    static let longestBackoff = PluginOption(
      "max-backoff", .duration, default: .seconds(30), "The longest pause.")
    static let timeout = PluginOption(
      "timeout", .duration, default: .seconds(30), "How long the sink may take for a batch.")
    static let deletes = PluginOption(
      "deletes", .boolean, default: true,
      "Whether a removal is a deletion for the sink, or only concerns what is cached.")
  }

  /// Where to, through what, and how patiently.
  public static let options: [any OptionDeclaration] = [
    Option.sink, Option.journal, Option.batch, Option.interval, Option.limit, Option.whenFull,
    Option.attempts, Option.backoff, Option.longestBackoff, Option.timeout, Option.deletes,
  ]

  let delivery: Delivery
  private let deletes: Bool
  private let context: CacheContext

  /// Creates the stage from a plan.
  public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    guard let queue = try options.store(Option.journal) as? any WriteQueue else {
      throw options.error(about: Option.journal, "is no queue; name a store of kind journal")
    }
    let pace = DeliveryPace(
      batch: try options(Option.batch), interval: try options(Option.interval),
      limit: try options(Option.limit), whenFull: try options(Option.whenFull),
      attempts: try options(Option.attempts),
      backoff: Backoff(
        first: try options(Option.backoff), longest: try options(Option.longestBackoff)),
      timeout: try options(Option.timeout))
    context = options.cache
    deletes = try options(Option.deletes)
    delivery = Delivery(
      queue: queue, sink: try options.sink(Option.sink), pace: pace, context: options.cache)
    delivery.showGauges()
  }

  // MARK: Requests

  /// Queues a caller's writes and removals, shows what waits to reads, passes on everything.
  public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    switch request.operation {
    case .read: return try await next(delivery.showing(request))
    case .write where request.isOwnChange: return try await accept(request, next)
    case .remove where request.isOwnChange && deletes: return try await accept(request, next)
    default: return try await next(request)
    }
  }

  /// Queues the writes and lets the change go its way, in the turns of its keys: what is last in
  /// the queue is also what the tiers keep.
  private func accept(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    let writes = try request.sourceWrites(acceptedAt: context.runtime.now)
    if writes.isEmpty { return try await next(request) }
    try await delivery.load()
    return try await delivery.state.turns.run(request.keys) {
      try await delivery.enqueue(writes, request.keys)
      do {
        let reply = try await next(request)
        let refused = zip(request.keys, reply.results).filter { $1.outcome.isRefusal }.map(\.0)
        await context.forget(refused)
        return reply
      } catch {
        // It will be delivered all the same, so no tier may keep what was before.
        await context.forget(request.keys)
        throw error
      }
    }
  }

  // MARK: Life

  /// Takes up what waits, and removes it from every tier: what they have may be older.
  public func prepare() async throws { await context.forget(try await delivery.load()) }

  /// Delivers, until it is cancelled.
  public func run() async throws { await delivery.run() }

  /// Delivers what waits; stops at the first failure, since the queue keeps it.
  public func drain() async { await delivery.drain() }

  /// What waits and what became of the rest.
  public var status: WriteBehindStatus { delivery.status }

  /// The writes that were given up, oldest first, each with its reason.
  public func deadLetters() async throws -> [DeadLetter] {
    try await delivery.queue.deadLetters()
  }

  /// Queues every dead letter again, unless something newer was written since. Returns how many.
  @discardableResult
  public func replayDeadLetters() async throws -> Int { try await delivery.replay() }
}
