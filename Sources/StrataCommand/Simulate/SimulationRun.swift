// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import MemoryStore

/// Every combination of capacity and policy, played on one trace.
struct SimulationRun {
  /// One combination and what came of it.
  struct Cell: Sendable, Equatable {
    /// The entries that the cache would hold.
    let capacity: Int
    /// The policy, or ``SimulationRun/optimum``.
    let policy: String
    /// The part of all reads that hit.
    var hitRatio: Double
  }

  /// What no policy can beat: it knows the future.
  static let optimum = "optimum"

  let trace: AccessTrace
  /// The part of all keys that the trace has: capacities are scaled by it.
  let share: Double
  let capacities: [Int]
  let policies: [String]
  let seed: UInt64

  /// Plays all combinations, as many at a time as the machine has cores, and tells `progress` how
  /// many are done. In the order of capacities, then of policies.
  func cells(_ progress: (_ done: Int, _ of: Int) -> Void) async -> [Cell] {
    let all = capacities.flatMap { capacity in
      policies.map { Cell(capacity: capacity, policy: $0, hitRatio: 0) }
    }
    return await withTaskGroup(of: (Int, Double).self) { group in
      for (index, cell) in all.enumerated() {
        group.addTask { (index, hitRatio(cell)) }
      }
      var cells = all
      var done = 0
      progress(done, all.count)
      for await (index, ratio) in group {
        cells[index].hitRatio = ratio
        done += 1
        progress(done, all.count)
      }
      return cells
    }
  }

  private func hitRatio(_ cell: Cell) -> Double {
    // Where every key fits no policy has anything to decide, however much larger the cache is.
    let scaled = Int((Double(cell.capacity) * share).rounded())
    let entries = min(max(1, scaled), max(1, trace.keyCount))
    if cell.policy == Self.optimum {
      return BeladyOptimum(capacity: entries, mayDecline: true).hitRatio(of: trace)
    }
    let simulation = CacheSimulation(capacity: entries, policy: cell.policy, seed: seed)
    return simulation?.hitRatio(of: trace) ?? 0
  }
}
