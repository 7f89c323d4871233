// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A key that is owned: its encoded bytes and their hash.
///
/// The bytes are readable text, `namespace:part:part`, in which every part is escaped so that two
/// different lists of parts never give the same bytes (see ``KeyBuilder``).
public struct CacheKey: Hashable, Sendable {
  /// The encoded key.
  public let bytes: [UInt8]
  /// The hash under the runtime's seed. Not stable across processes.
  public let hash: UInt64

  /// Creates a key from encoded bytes.
  public init(bytes: [UInt8], seed: UInt64) {
    self.bytes = bytes
    hash = bytes.withUnsafeBytes { KeyHash.hash($0, seed: seed) }
  }

  /// Creates an owned copy of a view.
  @inlinable public init(_ view: KeyView) {
    bytes = Array(view.bytes)
    hash = view.hash
  }

  /// Runs `body` with a view of this key.
  @inlinable public func withView<Result>(_ body: (KeyView) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBytes { try body(KeyView(hash: hash, bytes: $0)) }
  }

  /// Whether both keys have the same bytes.
  public static func == (left: CacheKey, right: CacheKey) -> Bool {
    left.hash == right.hash && left.bytes == right.bytes
  }

  /// Feeds the precomputed hash.
  public func hash(into hasher: inout Hasher) { hasher.combine(hash) }

  /// The digest that is stored with a value, so that no value is taken for another key's.
  public var digest: KeyDigest { KeyDigest(bytes) }

  /// The key as text. Keys may hold personal data: this is for tools the operator runs, not for
  /// logs.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}
