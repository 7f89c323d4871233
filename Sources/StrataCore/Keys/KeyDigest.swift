// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The identity of a key in 128 bits, the same in every process and every release.
///
/// It is stored with each value outside the process and checked when the value comes back, so that
/// a reply meant for another key can never be taken for this one's. It guards against accidents;
/// against somebody who can write to the store, use a MAC (`validation`) or `encryption`.
public struct KeyDigest: Hashable, Sendable, CustomStringConvertible {
  /// The first 64 bits.
  public let high: UInt64
  /// The last 64 bits.
  public let low: UInt64

  /// Creates a digest from its halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Creates the digest of encoded key bytes.
  public init(_ bytes: [UInt8]) {
    // Two fixed seeds: part of the stored format, never to change.
    high = bytes.withUnsafeBytes { KeyHash.hash($0, seed: 0x5354_5241_5441_0001) }
    low = bytes.withUnsafeBytes { KeyHash.hash($0, seed: 0x5354_5241_5441_0002) }
  }

  /// The digest as 32 hexadecimal digits: how a key appears in logs and reports.
  public var description: String { hex(high) + hex(low) }

  private func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
