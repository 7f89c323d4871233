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
