// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch
internal import StrataCore

/// Says what an entry weighs against the bound.
///
/// In a store bounded by entries each weighs 1. In one bounded by bytes it is the key, the store's
/// own memory for an entry, and the value: the size that the loader stated or that its encoded form
/// has, else what the allocator gave to the object itself, which misses what the object refers to.
struct Weigher: Sendable {
  /// What the store itself takes per entry, with its policy.
  static let overhead = 96

  let countsBytes: Bool
  /// What the application says; instead of all that.
  var custom: (@Sendable (Entry) -> Int)?

  func weight(of entry: Entry, keyLength: Int) -> UInt32 {
    if let custom { return UInt32(clamping: custom(entry)) }
    guard countsBytes else { return 1 }
    return UInt32(clamping: keyLength + Self.overhead + Self.size(of: entry))
  }

  private static func size(of entry: Entry) -> Int {
    if entry.size > 0 { return Int(entry.size) }
    guard let payload = entry.payload else { return 0 }
    if let encoded = entry.encoded ?? payload as? EncodedPayload {
      return MemoryLayout<Int>.stride * 8 + encoded.bytes.count
    }
    return Int(strata_allocated_size(Unmanaged.passUnretained(payload).toOpaque()))
  }
}
