// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Follows the hit ratio uphill: proposes changes of one size, and keeps the direction that helped.
///
/// It steps in weight and samples by entries. Every sample of ten accesses per entry is compared
/// with the one before. A better ratio continues, a worse one turns round; steps shrink while
/// little changes, and start large again when the ratio jumps by a twentieth, which is a new phase
/// of the workload.
struct HillClimber: Sendable {
  private static let stepShare = 0.0625
  private static let stepDecay = 0.98
  private static let restart = 0.05

  private var capacity: Int
  private var entries: Int
  private var step: Double
  private var hits = 0
  private var accesses = 0
  private var previousRatio = 0.0

  /// Creates a climber for a bound of `capacity`.
  init(capacity: Int, entries: Int) {
    self.capacity = capacity
    self.entries = entries
    step = -Self.stepShare * Double(capacity)
  }

  /// Adopts a new bound and starts with large steps again.
  mutating func resize(capacity: Int, entries: Int) {
    self.capacity = capacity
    self.entries = entries
    step = Self.stepShare * Double(capacity)
  }

  /// Records one access, and returns by how much the size should change now; mostly 0.
  mutating func record(isHit: Bool) -> Int {
    accesses += 1
    if isHit { hits += 1 }
    guard accesses >= 10 * max(entries, 1) else { return 0 }
    let ratio = Double(hits) / Double(accesses)
    let change = ratio - previousRatio
    let amount = change >= 0 ? step : -step
    let restarted = Self.stepShare * Double(capacity) * (amount >= 0 ? 1 : -1)
    step = abs(change) >= Self.restart ? restarted : Self.stepDecay * amount
    previousRatio = ratio
    hits = 0
    accesses = 0
    return Int(amount.rounded(.awayFromZero))
  }
}
