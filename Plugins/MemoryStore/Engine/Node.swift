// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

/// What the table keeps of one entry in 48 bytes: all that a hit needs.
///
/// A node is written before its index is published in the table, under the shard's lock, and from
/// then on only `attentionAt` and `word` change. It is reused only after every reader that may have
/// seen it has left (see ``Limbo``), so readers need no lock and no reference count. Whatever few
/// entries have (stale times, tags, a foreign version) is in an ``EntryTail`` beside it.
struct Node: ~Copyable {
  /// The payload, retained once; 0 for "not found".
  var payload: UInt
  /// `Entry.createdAt`.
  var createdAt: Int64
  /// `Entry.attentionAt`, at latest the expiry.
  let attentionAt: Atomic<Int64>
  /// The epoch of the last check, the key's length, and flags: see ``NodeWord``.
  let word: Atomic<UInt64>
  /// The key: see ``KeyWords``.
  var key: KeyWords
}

/// The packed word of a ``Node``: 40 bits of epoch, 16 of key length, 8 of flags.
///
/// 40 bits of epoch last 34 years at a thousand invalidations a second; after that the fast road is
/// closed (the epochs no longer agree), and nothing else happens.
struct NodeWord: BitwiseCopyable {
  static let hasTail: UInt64 = 1
  var bits: UInt64

  init(bits: UInt64) { self.bits = bits }

  init(epoch: UInt64, keyLength: Int, hasTail: Bool) {
    bits = epoch << 24 | UInt64(keyLength) << 8 | (hasTail ? Self.hasTail : 0)
  }

  var epoch: UInt64 { bits >> 24 }
  var keyLength: Int { Int(bits >> 8 & 0xFFFF) }
  var hasTail: Bool { bits & Self.hasTail != 0 }
}

/// The part of an entry that most entries of a memory store do not need.
///
/// Made when the entry's times differ, or it has tags, validators, a version that its creation
/// time does not imply, or bytes beside its object. Immutable: a change makes a new one.
final class EntryTail: Sendable {
  let entry: Entry
  let expiresAt: Int64

  init(entry: Entry, expiresAt: Int64) {
    self.entry = entry
    self.expiresAt = expiresAt
  }

  /// Whether an entry needs a tail.
  static func isNeeded(for entry: Entry, expiresAt: Int64) -> Bool {
    entry.attentionAt != entry.freshUntil || entry.usableUntil != entry.freshUntil
      || entry.usableUntil.nanoseconds != expiresAt || entry.details != nil
      || entry.encoded != nil || entry.cost != 0 || entry.size != 0
      || entry.version != implied(createdAt: entry.createdAt.nanoseconds)
  }

  /// The version of an entry without a tail: what this process issues for its creation tick.
  static func implied(createdAt: Int64) -> Version {
    Version(issuer: 0, number: UInt64(max(0, createdAt / 256)))
  }
}
