// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A store of live objects that brings entries of an earlier run back, as bytes.
///
/// Bytes are all that can come back: the store knows no types. The tier turns an entry into a live
/// one when it is first read, by the coder of the cache that asks, and the fast road takes it from
/// then on.
public protocol RestoringStore: FastStore {
  /// Whether entries are written down at all; where they are not, nothing below is called.
  var keepsSnapshots: Bool { get }

  /// Takes note of how payloads of this one's type are encoded. Called before each is stored.
  func learn(_ coder: any PayloadCoder, from payload: Payload)

  /// Puts this entry, whose payload is live, in the place of the one with bytes, if that is still
  /// there and of the same version.
  func thaw(_ key: CacheKey, _ entry: Entry)
}
