// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What the stages of one cache share: its policy, ledger, runtime and background work.
public final class CacheContext: Sendable {
  /// What the plan says about the cache.
  public let policy: CachePolicy
  /// What is known about invalidations; outlives a reload of the plan.
  public let ledger: InvalidationLedger
  /// The doors to the outside.
  public let runtime: CacheRuntime
  /// Where stages start work behind the caller's back.
  public let background: BackgroundWork
  private let attentive = Lock<[any AttentiveStage]>([])
  private let entrance = Lock<(@Sendable (CacheRequest) async throws -> CacheReply)?>(nil)

  /// Creates a context.
  public init(
    policy: CachePolicy, runtime: CacheRuntime, ledger: InvalidationLedger? = nil
  ) {
    self.policy = policy
    self.runtime = runtime
    self.ledger =
      ledger ?? InvalidationLedger(clock: runtime.clock, identity: runtime.random.next())
    background = BackgroundWork(runtime: runtime)
  }

  /// Notes which stages have a say in ``attention(to:)``.
  func listen(_ stages: [any AttentiveStage]) { attentive.withLock { $0 = stages } }

  func connect(_ entrance: @escaping @Sendable (CacheRequest) async throws -> CacheReply) {
    self.entrance.withLock { $0 = entrance }
  }

  /// Sends a request through the whole pipeline, from the outermost stage in: how a stage works
  /// behind its callers' backs, so that every tier is filled by what it finds.
  public func reenter(_ request: CacheRequest) async throws -> CacheReply {
    guard let walk = entrance.withLock({ $0 }) else {
      throw CacheError(.closed, "The pipeline of '\(policy.name)' is not built yet.")
    }
    return try await walk(request)
  }

  /// The first moment at which any stage wants to see a hit on `entry`.
  ///
  /// Early by the coarse clock's lag, so that the fast road, which reads that clock, is never late.
  public func attention(to entry: Entry, now: Timestamp) -> Timestamp {
    let stages = attentive.withLock { $0 }
    let wanted = stages.reduce(min(entry.freshUntil, entry.attentionAt)) {
      min($0, $1.attention(to: entry, now: now))
    }
    return wanted - runtime.clock.coarseLag
  }

  /// Reports something about this cache.
  public func report(
    _ level: CacheReport.Level, _ message: String, source: String,
    details: [(name: String, value: String)] = []
  ) {
    runtime.reporter.report(
      CacheReport(level, message, source: source, cache: policy.name, details: details))
  }
}
