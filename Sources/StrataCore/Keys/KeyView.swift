// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A key as bytes that somebody else owns, with its hash: what a lookup needs, without a copy.
///
/// Valid only during the call it is passed to. Whoever keeps a key makes a ``CacheKey`` of it.
public struct KeyView {
  /// The hash under the runtime's seed.
  public let hash: UInt64
  /// The encoded key.
  public let bytes: UnsafeRawBufferPointer

  /// Creates a view of `bytes`, whose hash the caller has computed.
  @inlinable public init(hash: UInt64, bytes: UnsafeRawBufferPointer) {
    self.hash = hash
    self.bytes = bytes
  }
}
