// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The best hit ratio that any policy could reach, by looking into the future.
///
/// Belady's rule: give up the entry whose next use is farthest away. With `mayDecline` the
/// newcomer itself may be the one (a cache that can refuse to store); else it always gets in.
public struct BeladyOptimum: Sendable {
  /// The number of entries that fit.
  public let capacity: Int
  /// Whether the newcomer may be turned away.
  public let mayDecline: Bool

  /// Creates the optimum for a capacity.
  public init(capacity: Int, mayDecline: Bool = false) {
    self.capacity = max(1, capacity)
    self.mayDecline = mayDecline
  }

  /// The share of accesses that hit, 0 to 1. O(n log n) in the length of the trace.
  public func hitRatio(of trace: AccessTrace) -> Double {
    guard !trace.accesses.isEmpty else { return 0 }
    return Double(hits(of: trace)) / Double(trace.accesses.count)
  }

  private func hits(of trace: AccessTrace) -> Int {
    let nextUses = Self.nextUses(of: trace)
    var due = [Int](repeating: -1, count: trace.keyCount)
    var farthest = UseHeap()
    var resident = 0
    var hits = 0
    for (position, key) in trace.accesses.enumerated() {
      let isHit = due[Int(key)] >= 0
      hits += isHit ? 1 : 0
      due[Int(key)] = nextUses[position]
      if mayDecline { farthest.push(nextUses[position], key) }
      if !isHit {
        resident += 1
        if resident > capacity, let victim = farthest.popCurrent(due) {
          due[Int(victim)] = -1
          resident -= 1
        }
      }
      if !mayDecline { farthest.push(nextUses[position], key) }
    }
    return hits
  }

  /// For each access the position at which its key comes next; keys that never do are far beyond
  /// the end, each at its own place.
  private static func nextUses(of trace: AccessTrace) -> [Int] {
    var upcoming = (0..<trace.keyCount).map { trace.accesses.count + $0 }
    var result = [Int](repeating: 0, count: trace.accesses.count)
    for position in trace.accesses.indices.reversed() {
      let key = Int(trace.accesses[position])
      result[position] = upcoming[key]
      upcoming[key] = position
    }
    return result
  }
}

/// A max-heap of (next use, key); cells that no longer tell a key's next use are skipped.
private struct UseHeap {
  private var cells: [(use: Int, key: UInt32)] = []

  mutating func push(_ use: Int, _ key: UInt32) {
    cells.append((use, key))
    var index = cells.count - 1
    while index > 0, cells[(index - 1) / 2].use < cells[index].use {
      cells.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func popCurrent(_ due: [Int]) -> UInt32? {
    while let top = cells.first {
      removeTop()
      if due[Int(top.key)] == top.use { return top.key }
    }
    return nil
  }

  private mutating func removeTop() {
    cells.swapAt(0, cells.count - 1)
    cells.removeLast()
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < cells.count else { return }
      if child + 1 < cells.count, cells[child + 1].use > cells[child].use { child += 1 }
      guard cells[child].use > cells[index].use else { return }
      cells.swapAt(index, child)
      index = child
    }
  }
}
