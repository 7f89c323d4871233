// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import Synchronization

/// The bound of a store and what of it is taken, shared by all shards.
///
/// Weight is reserved before an entry becomes visible and given back when it is unlinked, so the
/// visible entries never exceed the bound.
final class WeightLedger: Sendable {
  let capacity: Atomic<Int>
  let used = Atomic<Int>(0)

  init(capacity: Int) { self.capacity = Atomic(capacity) }

  /// Takes `change` (which may be negative) if the bound allows it.
  func reserve(_ change: Int) -> Bool {
    var taken = used.load(ordering: .relaxed)
    while true {
      let limit = capacity.load(ordering: .relaxed)
      if change < 0 || taken + change <= limit {
        if change == 0 { return true }
        let (exchanged, seen) = used.weakCompareExchange(
          expected: taken, desired: taken + change, ordering: .relaxed)
        if exchanged { return true }
        taken = seen
      } else {
        return false
      }
    }
  }

  func giveBack(_ amount: Int) {
    if amount != 0 { used.subtract(amount, ordering: .relaxed) }
  }

  /// Whether the bound is exceeded, as it is for a moment after it was lowered.
  var isOver: Bool { used.load(ordering: .relaxed) > capacity.load(ordering: .relaxed) }
}
