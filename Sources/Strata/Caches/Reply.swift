// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A value with what is known about it.
public struct Reply<Value: Sendable>: Sendable {
  /// The value; `nil` for a miss, for "not found" and for a failed load.
  public let value: Value?
  @usableFromInline let reply: KeyReply
  @usableFromInline let asOf: Timestamp
  @usableFromInline let origin: UInt64
  /// The generation of keys in which the cache was asked (see `versioned-keys`).
  public let generation: Int

  @inlinable init(_ reply: KeyReply, value: Value?, context: CacheContext, generation: Int) {
    self.value = value
    self.reply = reply
    self.generation = generation
    asOf = context.runtime.now
    origin = context.ledger.identity
  }

  /// What became of the key: which tier answered, fresh or stale, or why there is nothing.
  public var outcome: Outcome { reply.outcome }

  /// Why no tier had a fresh entry, where none had; said of loaded and stale values too.
  public var missReason: MissReason? { reply.missReason }

  /// How long ago the value was loaded or written.
  public var age: Duration? { reply.entry.map { asOf - $0.createdAt } }

  /// How long it remains fresh; negative where it is stale.
  public var remaining: Duration? { reply.entry.map { $0.freshUntil - asOf } }

  /// The tags it is stored under.
  public var tags: [Tag] { reply.entry?.tags ?? [] }

  /// What a reader needs to see nothing older than this.
  public var token: ConsistencyToken? {
    reply.entry.map { ConsistencyToken(version: $0.version, origin: origin) }
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
