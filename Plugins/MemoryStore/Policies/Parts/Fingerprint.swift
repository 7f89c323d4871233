// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The upper 32 bits of a key's seeded hash: what sketches and ghosts know a key by.
///
/// Two keys share one with probability 2^-32, which costs a policy a little precision and the store
/// nothing. Shards are chosen by the lower bits, so all 32 differ within a shard.
public typealias Fingerprint = UInt32

extension EntryTraits {
  /// The fingerprint of the key.
  @inline(__always)
  public var fingerprint: Fingerprint { Fingerprint(truncatingIfNeeded: hash >> 32) }
}
