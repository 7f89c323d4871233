// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A small, forgetful memory of keys that left: two Bloom filters that take turns.
///
/// The younger one is written to; when it has taken `generation` keys the older one is cleared and
/// becomes the younger. So between one and two generations of keys are remembered, in two and a
/// half bytes per key of a generation; about one key in thirty is remembered wrongly.
public struct GhostFilter: ~Copyable {
  private static let bitsPerKey = 10

  private var younger = Column<UInt64>(filler: 0)
  private var older = Column<UInt64>(filler: 0)
  private var generation = 0
  private var taken = 0

  /// Creates an empty memory that turns every `generation` keys.
  public init(generation: Int) { resize(generation: generation) }

  /// Adopts a new size of a generation, forgetting all if it grows.
  public mutating func resize(generation: Int) {
    self.generation = min(max(8, generation), 1 << 30)
    let words = self.generation * Self.bitsPerKey / UInt64.bitWidth + 4
    guard words > younger.count else { return }
    younger = Column(filler: 0)
    older = Column(filler: 0)
    younger.reserve(words)
    older.reserve(words)
    taken = 0
  }

  /// Whether the key was, probably, remembered not longer than two generations ago.
  public func contains(_ print: Fingerprint) -> Bool {
    let (word, bits) = cell(print)
    return younger[word] & bits == bits || older[word] & bits == bits
  }

  /// Remembers a key.
  public mutating func insert(_ print: Fingerprint) {
    let (word, bits) = cell(print)
    younger[word] = younger[word] | bits
    taken += 1
    if taken >= generation { turn() }
  }

  /// Forgets all.
  public mutating func removeAll() {
    turn()
    turn()
  }

  private mutating func turn() {
    swap(&younger, &older)
    younger.updateAll { _ in 0 }
    taken = 0
  }

  /// All bits of a key lie in one word: one cache line per look.
  @inline(__always)
  private func cell(_ print: Fingerprint) -> (word: UInt32, bits: UInt64) {
    let mixed = UInt64(print) &* 0xD6E8_FEB8_6659_FD93
    let word = ((mixed >> 14 & 0xFFFF_FFFF) &* UInt64(younger.count)) >> 32
    let bits: UInt64 = 1 << (mixed >> 46 & 63) | 1 << (mixed >> 52 & 63) | 1 << (mixed >> 58 & 63)
    return (UInt32(truncatingIfNeeded: word), bits)
  }
}
