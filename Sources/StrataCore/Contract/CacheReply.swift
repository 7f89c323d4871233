// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The answer to a request: one result for each key, in the order asked.
///
/// A failed load is a *result* (`.failed`), not a throw, because in a batch one key may fail while
/// others do not. A stage throws only where the request as a whole cannot be answered.
public struct CacheReply: Sendable {
  /// One result for each key of the request.
  public var results: Batch<KeyReply>

  /// A tier that other nodes share could not carry the change out. It refuses what it may still
  /// have, and tries again behind; other nodes must be told to do the same.
  public var isUnsettled = false
  /// The version that a store gave to a change without keys, for a token.
  public var version: Version?

  /// Creates a reply.
  public init(_ results: Batch<KeyReply>) { self.results = results }

  /// Creates a reply to a request about one key.
  public init(_ result: KeyReply) { results = .one(result) }

  /// The result for the first key; a miss where there is none.
  public var first: KeyReply { results.first ?? KeyReply(.miss(.neverCached)) }
}

/// What became of one key: the outcome and, where there is one, the entry.
public struct KeyReply: Sendable {
  /// What became of it.
  public var outcome: Outcome
  /// The entry found, loaded or written.
  public var entry: Entry?
  /// The lease under which the entry was read or loaded; tiers further out store under it.
  public var lease: Lease?
  /// Why tiers further out must not store the entry, where they must not.
  public var unstorable: RefusalReason?
  /// The load ran for several callers at once, and another of them stores it.
  public var isShared = false
  /// The remaining lifetime that was asked for.
  public var remaining: Duration?
  /// The version that a store gave to the change, for a token.
  public var version: Version?

  /// Of a value that was loaded: the versions under which tiers take it, from before the load began.
  var fillVersions: [String: Version]?

  /// Creates a result.
  public init(_ outcome: Outcome, entry: Entry? = nil, lease: Lease? = nil) {
    self.outcome = outcome
    self.entry = entry
    self.lease = lease
  }

  /// Whether an entry came from the loader or a write just now, or from a tier further in.
  public var canFill: Bool {
    guard entry != nil, lease != nil, unstorable == nil, !isShared else { return false }
    switch outcome {
    case .hit, .loaded, .renewed, .done: return true
    case .stale, .miss, .refused, .failed: return false
    }
  }
}
