// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization

/// The stages of one cache, folded into one chain, with the fast road beside it.
///
/// ```
///   value(for:) ── fast road ──► first local tier, when its entry needs nobody's attention
///        │
///        └─ full road ─► stage 0 ─► stage 1 ─► … ─► stage n ─► loader
///                     ◄──────── replies, filling the tiers on their way back ────────
/// ```
///
/// The first stage is outermost. Failures are wrapped here and nowhere else.
public final class Pipeline: Sendable {
  /// What the stages share.
  public let context: CacheContext
  /// The stages, first is outermost.
  public let stages: [any CacheStage]
  /// The store that answers fast hits, where the outermost tier has such a store.
  public let fastStore: (any FastStore)?
  /// The stages that must see every hit.
  public let observers: [any HitObserving]
  private let head: Next
  private let runner: StageRunner
  private let isClosed = Atomic<Bool>(false)

  /// Folds `stages` into a chain.
  public init(stages: [any CacheStage], context: CacheContext) {
    self.stages = stages
    self.context = context
    let cache = context.policy.name
    let end = Node(end: LoaderEnd(context: context, position: stages.count), cache: cache)
    head = Next(
      stages.enumerated().reversed().reduce(end) { rest, element in
        Node(stage: element.element, position: element.offset, cache: cache, rest: rest)
      })
    let outermostTier = stages.lazy.compactMap { $0 as? any TierStage }.first
    fastStore = outermostTier?.store as? any FastStore
    observers = stages.compactMap { $0 as? any HitObserving }.filter(\.observesHits)
    runner = StageRunner(stages: stages, context: context)
    context.listen(stages)
    context.connect { [weak self] request in
      guard let self else { throw CacheError(.closed, "The cache has been replaced.") }
      return try await self.walk(request)
    }
  }

  // MARK: Requests

  /// Answers a request on the full road.
  public nonisolated(nonsending) func respond(to request: CacheRequest) async throws -> CacheReply {
    guard !isClosed.load(ordering: .relaxed) else {
      throw CacheError(.closed, "The cache '\(context.policy.name)' has been shut down.")
    }
    var request = request
    if let timeout = request.options.timeout ?? context.policy.timeout {
      let end = context.runtime.now + timeout
      request.deadline = min(request.deadline ?? end, end)
    }
    var reply =
      request.deadline == nil ? try await walk(request) : try await walkUntilDeadline(request)
    // The tiers have stored what they will: nothing is left to be held for.
    for index in reply.results.indices { reply.results[index].lease = nil }
    return reply
  }

  private nonisolated(nonsending) func walk(_ request: CacheRequest) async throws -> CacheReply {
    var settled: CacheReply?
    defer {
      settle(request, settled)
      request.passage.end()
    }
    let reply = try await head(request)
    settled = reply
    if !request.passage.didReachEnd, let broken = brokenPromise(request, reply) { throw broken }
    return reply
  }

  /// Revokes what was begun while a change was under way: between a tier's revocation and the
  /// change of its store somebody may have read the old value, and must not hand it on after this.
  private func settle(_ request: CacheRequest, _ reply: CacheReply?) {
    switch request.operation {
    case .write, .remove, .expire: for key in request.keys { context.ledger.revoke(key) }
    case .invalidate(let tags):
      // Where no tier had to change, nothing lies between this and the loader's end.
      if let reply, reply.version == nil, !reply.isUnsettled { break }
      context.ledger.invalidate(tags)
    case .clear: context.ledger.clear()
    case .read, .touch, .lifetime: break
    }
  }

  private nonisolated(nonsending) func walkUntilDeadline(_ request: CacheRequest) async throws
    -> CacheReply
  {
    do {
      return try await context.runtime.run("request", until: request.deadline) {
        try await self.walk(request)
      }
    } catch let error as CacheError where error.code == .deadlineExceeded && error.stage == nil {
      throw blamed(error, request.passage.innermostUnanswered)
    }
  }

  /// The stage that neither passed the request on nor had a reason not to, if there is one.
  private func brokenPromise(_ request: CacheRequest, _ reply: CacheReply) -> CacheError? {
    let wasRefused = reply.results.allSatisfy {
      switch $0.outcome {
      case .refused, .failed: true
      default: false
      }
    }
    let wasMissed = reply.results.contains {
      if case .miss = $0.outcome { request.loader != nil } else { false }
    }
    let mustReachEnd = request.operation.isChange ? !wasRefused || reply.results.isEmpty : wasMissed
    guard mustReachEnd else { return nil }
    let message = "A stage answered a \(request.operation.name) that it had to pass on."
    return blamed(CacheError(.nextNotCalled, message), request.passage.innermostEntered)
  }

  private func blamed(_ error: CacheError, _ position: Int?) -> CacheError {
    var error = error
    error.cache = context.policy.name
    guard let position else { return error }
    error.position = position
    error.stage = position < stages.count ? type(of: stages[position]).id : "loader"
    return error
  }

  // MARK: Life

  /// Gets every stage ready, innermost first. Call it once, before ``start()``.
  public func prepare() async throws {
    for stage in stages.reversed() { try await stage.prepare() }
  }

  /// Starts the background work of every stage, outermost first.
  public func start() { runner.start() }

  /// Takes no more requests, drains the stages from the innermost out, and ends their work.
  ///
  /// Returns the stages that had not finished at `deadline` and were cut off.
  @discardableResult
  public func shutdown(by deadline: Timestamp) async -> [StageID] {
    isClosed.store(true, ordering: .relaxed)
    return await runner.stop(by: deadline)
  }
}
