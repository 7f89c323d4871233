// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// An entry of a ``WatchedStore`` that was changed.
public struct ChangedKey: Sendable, Hashable {
  /// The bytes of its key.
  public var key: [UInt8]
  /// The version that is stored now, where the store knows: what bears it is right, what is older
  /// is not.
  public var version: Version?

  /// A changed entry.
  public init(_ key: [UInt8], version: Version? = nil) {
    (self.key, self.version) = (key, version)
  }
}
