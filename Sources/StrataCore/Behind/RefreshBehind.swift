// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Refreshes what callers are answered with, behind their backs: one refresh for each key.
///
/// A refresh goes through the whole pipeline, so that every tier is filled by it, and takes what a
/// tier further in has if that is newer. It is nobody's: the caller who set it off may leave. After
/// one that failed the key rests.
public final class RefreshBehind: Sendable {
  private let label: StaticString
  private let rest: Duration
  private let context: CacheContext
  private let running: KeyClaims
  private let resting: RestingKeys

  /// Creates the refreshes of one stage; `label` names their tasks.
  ///
  /// Beyond `capacity` refreshes at a time none is begun, and what is there is served without one.
  public init(
    _ label: StaticString, rest: Duration, context: CacheContext, capacity: Int = 10_000
  ) {
    (self.label, self.rest, self.context) = (label, rest, context)
    running = KeyClaims(capacity: capacity)
    resting = RestingKeys(capacity: capacity)
  }

  /// How many refreshes run.
  public var count: Int { running.count }

  /// Answers a read from what tiers further out hold, as far as `answer` makes a reply of it, and
  /// refreshes that behind; asks further in for all else.
  public nonisolated(nonsending) func respond(
    to request: CacheRequest, next: Next, _ answer: (HeldEntry, Timestamp) -> KeyReply?
  ) async throws -> CacheReply {
    guard case .read = request.operation, request.loader != nil, !request.options.refresh else {
      return try await next(request)
    }
    let now = context.runtime.now
    let answers = request.keys.mapEach { key -> KeyReply? in
      guard let held = request.held(for: key), let reply = answer(held, now) else { return nil }
      refresh(key, of: request, knowing: held.entry, now: now)
      return reply
    }
    return try await next(request, answered: answers)
  }

  /// Refreshes one key of `request` behind, unless that runs already or rests after a failure.
  ///
  /// What a tier further in has that was made after `known` is taken instead of a load.
  public func refresh(
    _ key: CacheKey, of request: CacheRequest, knowing known: Entry, now: Timestamp
  ) {
    // Claimed before the rest is looked at: a refresh that just failed rests before it ends.
    guard running.claim(key) else { return }
    if resting.contains(key, at: now) { return running.release(key) }
    var work = request.refreshing(unlessNewerThan: known.createdAt)
    work.keys = .one(key)
    let isStarted = context.background.start(label) { [self, work] in
      let reply = try? await context.reenter(work).first
      if !Self.isRenewed(reply) { letRest(key) }
      running.release(key)
    }
    if !isStarted { running.release(key) }
  }

  private func letRest(_ key: CacheKey) {
    let now = context.runtime.now
    resting.insert(key, until: now + rest, now: now)
  }

  private static func isRenewed(_ reply: KeyReply?) -> Bool {
    switch reply?.outcome {
    case .hit, .loaded, .renewed: true
    default: false
    }
  }
}
