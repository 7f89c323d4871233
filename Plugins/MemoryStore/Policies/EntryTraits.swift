// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a policy may know about an entry when it is written.
public struct EntryTraits: Sendable, Equatable {
  /// The hash of the key, for sketches and ghost lists. Seeded per process.
  public var hash: UInt64
  /// The share of the bound that the entry takes: 1 when entries are counted, bytes otherwise.
  public var weight: UInt32
  /// The moment at which the entry ends, in nanoseconds on the store's clock; `.max` for never.
  public var expiresAt: Int64
  /// How long the value took to load, in nanoseconds; 0 when unknown.
  public var cost: UInt64

  /// Creates the traits of an entry; all but the hash have neutral defaults.
  public init(hash: UInt64, weight: UInt32 = 1, expiresAt: Int64 = .max, cost: UInt64 = 0) {
    self.hash = hash
    self.weight = weight
    self.expiresAt = expiresAt
    self.cost = cost
  }
}
