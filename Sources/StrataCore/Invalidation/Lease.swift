// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The right to store what is being read or loaded for one key.
///
/// Taken *before* a store is read or a loader runs, carried with the result, and checked by every
/// tier inside the critical section in which it makes the entry visible. Invalidating the key (or a
/// tag of the entry, or everything) takes it away. It ends when the last reference goes.
public final class Lease: Sendable {
  private let ledger: InvalidationLedger
  private let hash: UInt64
  private let generation: UInt64
  /// The moment at which the lease was taken: the `createdAt` of what is loaded under it.
  public let createdAt: Timestamp

  init(ledger: InvalidationLedger, hash: UInt64, generation: UInt64, createdAt: Timestamp) {
    self.ledger = ledger
    self.hash = hash
    self.generation = generation
    self.createdAt = createdAt
  }

  deinit { ledger.shard(hash).end(hash) }

  /// Whether the key has not been invalidated since the lease was taken.
  public var isValid: Bool {
    ledger.shard(hash).isCurrent(hash, generation)
      && !ledger.isInvalidated(createdAt: createdAt, tags: [])
  }

  /// Whether an entry with these tags may still be stored under this lease.
  public func permits(tags: [Tag]) -> Bool {
    ledger.shard(hash).isCurrent(hash, generation)
      && !ledger.isInvalidated(createdAt: createdAt, tags: tags)
  }

  /// Whether this process has missed nothing that it knows of since the lease was taken.
  public var isTrusted: Bool { !ledger.isDoubted(createdAt: createdAt) }

  /// The version of what is loaded under this lease in this process.
  public var version: Version { ledger.version(at: createdAt) }
}
