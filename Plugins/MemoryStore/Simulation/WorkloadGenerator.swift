// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes sequences of key numbers with known shapes, from a seed.
///
/// Shapes are plain arrays, so they can be joined one after the other (a change of phase) or
/// shuffled into each other with ``mix(_:with:share:)``.
public struct WorkloadGenerator: Sendable {
  private var random: SplitMix

  /// Creates a generator; equal seeds give equal sequences.
  public init(seed: UInt64) { random = SplitMix(seed: seed) }

  /// Keys drawn by Zipf's law: the k-th most popular has weight 1 / k^exponent. Popularity is
  /// scattered over the numbers `first ..< first + keys`.
  public mutating func zipf(
    keys: Int, exponent: Double, count: Int, first: UInt64 = 0
  ) -> [UInt64] {
    let table = ZipfTable(keys: keys, exponent: exponent)
    let salt = random.next()
    let ranks = shuffled(keys, salt: salt)
    return (0..<count).map { _ in first + UInt64(ranks[table.rank(unit())]) }
  }

  /// The same keys in the same order, again and again.
  public func loop(keys: Int, count: Int, first: UInt64 = 0) -> [UInt64] {
    (0..<count).map { first + UInt64($0 % max(1, keys)) }
  }

  /// Keys that are each seen once.
  public func scan(count: Int, first: UInt64) -> [UInt64] {
    (0..<UInt64(count)).map { first + $0 }
  }

  /// New keys all the time, each read again soon: the reuse distance is geometric with the given
  /// mean. What suits least-recently-used best.
  public mutating func recent(
    meanDistance: Double, newShare: Double, count: Int, first: UInt64 = 0
  ) -> [UInt64] {
    var history: [UInt64] = []
    history.reserveCapacity(count)
    var fresh = first
    for _ in 0..<count {
      let distance = Int(meanDistance * -log(1 - unit()))
      if history.count <= distance || unit() < newShare {
        history.append(fresh)
        fresh += 1
      } else {
        history.append(history[history.count - 1 - distance])
      }
    }
    return history
  }

  /// Few keys at a time, hot for `length` accesses and then never again.
  public mutating func bursts(
    keysAtOnce: Int, length: Int, count: Int, first: UInt64 = 0
  ) -> [UInt64] {
    (0..<count).map { position in
      let generation = UInt64(position / max(1, length)) * UInt64(keysAtOnce)
      return first + generation + random.next(below: UInt64(max(1, keysAtOnce)))
    }
  }

  /// Both sequences in their own order, shuffled into each other until one ends; `share` is the
  /// part that comes from `other`.
  public mutating func mix(
    _ sequence: [UInt64], with other: [UInt64], share: Double
  ) -> [UInt64] {
    var result: [UInt64] = []
    var left = sequence[...]
    var right = other[...]
    while let next = unit() < share ? right.popFirst() : left.popFirst() { result.append(next) }
    return result
  }

  private mutating func unit() -> Double { Double(random.next() >> 11) * 0x1p-53 }

  private func shuffled(_ count: Int, salt: UInt64) -> [UInt32] {
    var order = Array(0..<UInt32(count))
    var source = SplitMix(seed: salt)
    for index in order.indices.reversed() where index > 0 {
      order.swapAt(index, Int(source.next(below: UInt64(index + 1))))
    }
    return order
  }
}

/// The cumulative weights of Zipf's law, searched by bisection.
private struct ZipfTable {
  private var cumulative: [Double]

  init(keys: Int, exponent: Double) {
    cumulative = []
    cumulative.reserveCapacity(keys)
    var sum = 0.0
    for rank in 1...max(1, keys) {
      sum += pow(Double(rank), -exponent)
      cumulative.append(sum)
    }
  }

  func rank(_ unit: Double) -> Int {
    let wanted = unit * (cumulative.last ?? 0)
    var low = 0
    var high = cumulative.count - 1
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
