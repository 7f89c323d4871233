// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How often keys were seen of late: a count-min sketch of 4-bit counters that halves itself.
///
/// After TinyLFU (Einziger, Friedman, Manes, 2017). A key touches four counters, all in one block
/// of 64 bytes, so that a look costs one cache line. When the recorded touches reach a multiple of
/// the capacity, all counters are halved: old fame fades. 8 bytes per entry of capacity.
public struct FrequencySketch: ~Copyable {
  private static let largestCount: UInt64 = 15
  private static let wordsPerBlock = 8

  private var table = Column<UInt64>(filler: 0)
  private var blocks: UInt64 = 0
  private var additions = 0
  private var halveAfter = 0
  private let touchesPerEntry: Int
  private let leastWords: Int

  /// Creates a sketch for about `capacity` entries, all counts 0.
  ///
  /// Counters are halved after `touchesPerEntry` times the capacity. At least `leastWords` words of
  /// sixteen counters are kept, so that a tiny cache does not suffer from collisions.
  public init(capacity: Int, touchesPerEntry: Int = 10, leastWords: Int = 64) {
    self.touchesPerEntry = touchesPerEntry
    self.leastWords = leastWords
    resize(capacity: capacity)
  }

  /// Grows to a new capacity, forgetting the counts; a smaller capacity only shortens the memory.
  public mutating func resize(capacity: Int) {
    let entries = min(max(capacity, 8), 1 << 30)
    halveAfter = touchesPerEntry * entries
    let size = Self.wordsPerBlock
    let words = (max(entries, leastWords) + size - 1) / size * size
    guard words > table.count else { return }
    table = Column(filler: 0)
    table.reserve(words)
    blocks = UInt64(words / size)
    additions = 0
  }

  /// The estimated number of recent touches of a key, 0 to 15.
  public func estimate(_ print: Fingerprint) -> Int {
    let block = firstWord(print)
    let picks = Self.picks(print)
    var least = Self.largestCount
    for row in UInt32(0)..<4 {
      let (word, shift) = Self.counter(block, picks, row)
      least = min(least, table[word] >> shift & 15)
    }
    return Int(least)
  }

  /// Counts one touch of a key.
  public mutating func increment(_ print: Fingerprint) {
    let block = firstWord(print)
    let picks = Self.picks(print)
    var isAdded = false
    for row in UInt32(0)..<4 {
      let (word, shift) = Self.counter(block, picks, row)
      if table[word] >> shift & 15 < Self.largestCount {
        table[word] = table[word] &+ 1 << shift
        isAdded = true
      }
    }
    if isAdded {
      additions += 1
      if additions >= halveAfter { halve() }
    }
  }

  @inline(__always)
  private func firstWord(_ print: Fingerprint) -> UInt32 {
    UInt32(truncatingIfNeeded: (UInt64(print) &* blocks) >> 32) &* UInt32(Self.wordsPerBlock)
  }

  @inline(__always)
  private static func picks(_ print: Fingerprint) -> UInt64 {
    UInt64(print) &* 0x9E37_79B9_7F4A_7C15
  }

  /// Row r owns words 2r and 2r + 1 of the block; five bits of the picks say which counter.
  @inline(__always)
  private static func counter(_ block: UInt32, _ picks: UInt64, _ row: UInt32) -> (UInt32, UInt64) {
    let pick = picks >> (40 + UInt64(row) * 5)
    return (block &+ row &* 2 &+ UInt32(truncatingIfNeeded: pick & 1), (pick >> 1 & 15) << 2)
  }

  private mutating func halve() {
    table.updateAll { $0 >> 1 & 0x7777_7777_7777_7777 }
    additions /= 2
  }
}
