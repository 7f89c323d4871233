// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// The body of a file store's record: three words, the key, the value.
///
///      0  u64  digest of the key under the store's seed
///      8  u64  version
///     16  i64  expiry, nanoseconds since 1970
///     24  key, as long as the head's tag says
///         value
///
/// A tombstone has the digest alone and no key; a clear has the place before which it holds in the
/// digest's stead, and the prefix for a key.
struct FileRecord {
  /// The bytes before the key.
  static let prefix = 24
  /// The longest key.
  static let longestKey = Int(UInt16.max)

  var digest: UInt64
  var version: UInt64
  var expiry: Timestamp
  var keyLength: Int

  init(digest: UInt64, version: UInt64, expiry: Timestamp, keyLength: Int) {
    self.digest = digest
    self.version = version
    self.expiry = expiry
    self.keyLength = keyLength
  }

  /// Reads the words before the key; `nil` where the body is too short for them and the key.
  init?(_ head: FrameHead, _ body: UnsafeRawBufferPointer) {
    guard let start = body.baseAddress, body.count >= Self.prefix,
      Int(head.length) >= Self.prefix + Int(head.tag)
    else { return nil }
    digest = start.integer(at: 0)
    version = start.integer(at: 8)
    expiry = Timestamp(nanoseconds: start.integer(at: 16))
    keyLength = Int(head.tag)
  }

  /// Runs `body` with the words before the key.
  func withPrefix<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var words = (
      digest.littleEndian, version.littleEndian, expiry.nanoseconds.littleEndian
    )
    return withUnsafeBytes(of: &words, body)
  }
}
