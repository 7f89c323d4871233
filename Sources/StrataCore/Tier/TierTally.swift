// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization

/// What one tier met on the full road, counted: hits, why the others were misses, failures.
///
/// ``Tier`` counts on its own; a tier that is built otherwise takes its tally from
/// ``CacheContext/tally(of:)``. Reads that refresh behind the callers' backs look past what is
/// there and are not counted, nor are hits on the fast road, which passes no tier.
public final class TierTally: Sendable {
  /// The tier's name.
  public let tier: String
  private let hitCount = Atomic<UInt64>(0)
  private let staleCount = Atomic<UInt64>(0)
  private let failureCount = Atomic<UInt64>(0)
  private let neverCached = Atomic<UInt64>(0)
  private let expired = Atomic<UInt64>(0)
  private let evicted = Atomic<UInt64>(0)
  private let invalidated = Atomic<UInt64>(0)
  private let rejected = Atomic<UInt64>(0)
  private let unavailable = Atomic<UInt64>(0)

  /// Creates a tally of nothing.
  public init(tier: String) { self.tier = tier }

  /// Fresh entries of this tier that answered.
  public var hits: UInt64 { hitCount.load(ordering: .relaxed) }
  /// Stale entries of this tier that were served, where a stage counts them (`metrics` does).
  public var stale: UInt64 { staleCount.load(ordering: .relaxed) }
  /// Operations of the store that failed or took too long.
  public var failures: UInt64 { failureCount.load(ordering: .relaxed) }

  /// How often nothing was found here, for this reason.
  public func misses(_ reason: MissReason) -> UInt64 {
    withCounter(reason) { $0.load(ordering: .relaxed) }
  }

  /// Counts what became of a key that this tier was asked for: whose entry answered, and why this
  /// tier's did not.
  public func note(_ reply: KeyReply, otherwise reason: MissReason) {
    switch reply.outcome {
    case .hit(tier: tier): hitCount.add(1, ordering: .relaxed)
    default: withCounter(reason) { _ = $0.add(1, ordering: .relaxed) }
    }
  }

  /// Counts a stale entry of this tier that was served.
  public func noteStale() { staleCount.add(1, ordering: .relaxed) }

  /// Counts a store operation that failed or took too long.
  public func noteFailure() { failureCount.add(1, ordering: .relaxed) }

  private func withCounter<Result>(
    _ reason: MissReason, _ body: (borrowing Atomic<UInt64>) -> Result
  ) -> Result {
    switch reason {
    case .neverCached: body(neverCached)
    case .expired: body(expired)
    case .evicted: body(evicted)
    case .invalidated: body(invalidated)
    case .rejected: body(rejected)
    case .unavailable: body(unavailable)
    }
  }
}
