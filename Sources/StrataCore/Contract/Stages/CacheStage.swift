// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One step of a pipeline: sees every request on the full road and decides what happens to it.
///
/// Write a stage to change *how* values are found, loaded, stored or invalidated. To keep values
/// somewhere new, write a ``CacheStore`` instead: the tiers `local` and `remote` put any store into
/// a pipeline.
///
/// ```swift
/// public struct Audit: CacheStage {
///   public static let id: StageID = "audit"
///   public init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
///
///   public func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
///     let reply = try await next(request)
///     log(request.operation.name, reply.first.outcome)
///     return reply
///   }
/// }
/// ```
///
/// What the pipeline holds a stage to, and names it for when it does not:
/// - It answers with one result for each key asked for.
/// - It calls `next` at most once with the same request. To ask again, or for some of the keys, it
///   passes on ``CacheRequest/again()`` or ``CacheRequest/narrowed(to:)``.
/// - It passes every change on, unless it answers `.refused`; it passes a read on, unless it
///   answers with an entry or an outcome that says why there is none.
/// - What it does not care about it passes on unchanged: `return try await next(request)`.
/// - It waits, draws chances and starts work through the runtime only.
///
/// On the way back reads and writes look the same: an entry travels outwards with the lease under
/// which it was made. A stage that changes entries (`ttl-jitter`) changes what the stages outside
/// it see and store.
public protocol CacheStage: Sendable {
  /// The stage's one name.
  static var id: StageID { get }

  /// The options of the stage's YAML block, each declared once; default none.
  static var options: [any OptionDeclaration] { get }

  /// Creates the stage from its YAML block, already checked against ``options``.
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError)

  /// Gets ready, before the first request comes: what was left by the process before is taken up
  /// here. Stores are open, and ``CacheContext/reenter(_:)`` works. Default: nothing to do.
  ///
  /// Throwing stops the plan from being started.
  func prepare() async throws

  /// Answers a request, usually by passing it on.
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply

  /// The home of background work: started in pipeline order, cancelled in reverse. Default: none.
  func run() async throws

  /// Finishes what was begun, before the work of ``run()`` is cancelled. Default: nothing to do.
  func drain() async

  /// What is wrong or doubtful about the stage's place in a plan; default nothing.
  static func check(_ placement: StagePlacement) -> [PlacementProblem]
}

extension CacheStage {
  /// No options.
  public static var options: [any OptionDeclaration] { [] }
  /// Nothing to get ready.
  public func prepare() async throws {}
  /// No background work.
  public func run() async throws {}
  /// Nothing to finish.
  public func drain() async {}
  /// Any place will do.
  public static func check(_ placement: StagePlacement) -> [PlacementProblem] { [] }
}

/// A stage that wants to see a hit on an entry before it expires.
///
/// Its wish is folded into the entry's `attentionAt` when the entry is stored: until then hits take
/// the fast road and cost the stage nothing.
public protocol AttentiveStage: CacheStage {
  /// The first moment at which the stage wants to see a hit; `freshUntil` where it does not.
  func attention(to entry: Entry, now: Timestamp) -> Timestamp
}

/// A stage that must see every hit, those on the fast road too.
///
/// The call is synchronous, must not block, and is paid by every hit: a counter, not a log line.
public protocol HitObserving: CacheStage {
  /// Takes note of a fresh hit on the fast road.
  func observeHit(_ key: KeyView)

  /// Takes note of a fresh hit on the fast road by a call with a label; default: without it.
  func observeHit(_ key: KeyView, label: String)

  /// Whether this one wants to see hits; default yes. Where no stage does, hits cost nothing.
  var observesHits: Bool { get }
}

extension HitObserving {
  /// Leaves the label out.
  public func observeHit(_ key: KeyView, label: String) { observeHit(key) }
  /// Wants to see them.
  public var observesHits: Bool { true }
}

/// A stage that keeps entries in a store.
public protocol TierStage: CacheStage {
  /// The name by which calls and replies know the tier.
  var tierName: String { get }
  /// The store.
  var store: any CacheStore { get }
}
