// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How the keys of one cache begin and end, whatever lies between.
///
/// `namespace:` and, where the plan has one, the key version `~v2:`; then the parts; then the
/// generation. A key too long to keep becomes its first 512 bytes, `~#` and its digest.
public struct KeyScheme: Sendable {
  /// Keys longer than this are kept as their beginning and a digest.
  public static let longest = 1024

  /// What every key of the cache begins with.
  public let prefix: [UInt8]

  /// The scheme of a cache.
  public init(_ policy: CachePolicy) {
    prefix = withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) { scratch in
      var key = KeyBuilder(scratch: scratch)
      key.append(text: policy.namespace)
      key.append(byte: UInt8(ascii: ":"))
      if let version = policy.keyVersion {
        key.append(byte: UInt8(ascii: "~"))
        key.append(byte: UInt8(ascii: "v"))
        key.append(integer: version)
        key.append(byte: UInt8(ascii: ":"))
      }
      return Array(key.bytes)
    }
  }

  /// The key whose parts `append` writes.
  public func key(
    seed: UInt64, generation: Int, _ append: (inout KeyBuilder) -> Void
  ) -> CacheKey {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 16) { scratch in
      var key = KeyBuilder(scratch: scratch)
      prefix.withUnsafeBytes { key.append(encoded: $0) }
      append(&key)
      Self.finish(&key, generation: generation)
      return CacheKey(bytes: Array(key.bytes), seed: seed)
    }
  }

  /// Ends a key: the generation, and the short form where it is too long.
  @inlinable @inline(__always)
  public static func finish(_ key: inout KeyBuilder, generation: Int) {
    if generation != 0 { append(generation, to: &key) }
    if key.bytes.count > longest { shorten(&key) }
  }

  /// Where the parts of a key end: before its generation, and before the number of a copy (`:~c2`).
  public static func endOfParts(in key: [UInt8]) -> Int {
    var end = key.count
    while let colon = key[..<end].lastIndex(of: UInt8(ascii: ":")), colon + 3 < end,
      key[colon + 1] == UInt8(ascii: "~"),
      key[colon + 2] == UInt8(ascii: "g") || key[colon + 2] == UInt8(ascii: "c"),
      key[(colon + 3)..<end].allSatisfy({ $0 >= 48 && $0 <= 57 })
    {
      end = colon
    }
    return end
  }

  @usableFromInline static func append(_ generation: Int, to key: inout KeyBuilder) {
    key.append(byte: UInt8(ascii: ":"))
    key.append(byte: UInt8(ascii: "~"))
    key.append(byte: UInt8(ascii: "g"))
    key.append(integer: generation)
  }

  @usableFromInline static func shorten(_ key: inout KeyBuilder) {
    let digest = KeyDigest(Array(key.bytes))
    key.truncate(to: 512)
    key.append(byte: UInt8(ascii: "~"))
    key.append(byte: UInt8(ascii: "#"))
    for byte in digest.description.utf8 { key.append(byte: byte) }
  }
}
