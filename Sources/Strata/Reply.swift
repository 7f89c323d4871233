// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A value with what is known about it.
public struct Reply<Value: Sendable>: Sendable {
  /// The value; `nil` for a miss, for "not found" and for a failed load.
  public let value: Value?
  /// What became of the key: which tier answered, fresh or stale, or why there is nothing.
  public let outcome: Outcome
  /// How long ago the value was loaded or written.
  public let age: Duration?
  /// How long it remains fresh; negative where it is stale.
  public let remaining: Duration?
  /// The tags it is stored under.
  public let tags: [Tag]
  /// What a reader needs to see nothing older than this.
  public let token: ConsistencyToken?

  init(_ reply: KeyReply, value: Value?, context: CacheContext) {
    let now = context.runtime.now
    self.value = value
    outcome = reply.outcome
    age = reply.entry.map { now - $0.createdAt }
    remaining = reply.entry.map { $0.freshUntil - now }
    tags = reply.entry?.tags ?? []
    token = reply.entry.map {
      ConsistencyToken(version: $0.version, origin: context.ledger.identity)
    }
  }

  /// Whether the value is past its freshness and was served all the same.
  public var isStale: Bool { if case .stale = outcome { true } else { false } }

  /// Whether a tier answered, with a fresh value.
  public var isHit: Bool { if case .hit = outcome { true } else { false } }

  /// The tier that answered, where one did.
  public var tier: String? {
    switch outcome {
    case .hit(let tier), .stale(let tier, _): tier
    default: nil
    }
  }

  /// What the loader threw, where it failed and nothing could stand in.
  public var failure: (any Error)? {
    if case .failed(let error) = outcome { error.underlying ?? error } else { nil }
  }
}
