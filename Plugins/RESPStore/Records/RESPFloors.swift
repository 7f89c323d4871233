// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// For each slot the version that a fill must exceed, because another server held the slot until
/// then.
///
/// Versions are the clocks of servers, which differ. A version that a server gave before its slot
/// moved says nothing about what was removed at the next one since. So when a slot moves, the
/// latest that the clock of the server it leaves can show becomes its floor: fills of loads that
/// began there are refused, and where the next clock is behind, so are others for as long as it is.
/// What a server answers that does not hold the slot any more comes without a version for a fill.
final class RESPFloors: Sendable {
  private let floors = Lock<[UInt64]>([])
  private let count: Int

  init(count: Int) { self.count = count }

  /// The slots leave a server whose clock shows at most `latest`.
  func raise(_ slots: [Int], to latest: UInt64) {
    floors.withLock { floors in
      if floors.isEmpty { floors = Array(repeating: 0, count: count) }
      for slot in slots where floors.indices.contains(slot) {
        floors[slot] = max(floors[slot], latest)
      }
    }
  }

  /// The lowest version of a fill.
  subscript(slot: Int) -> UInt64 {
    floors.withLock { floors in
      floors.indices.contains(slot) ? floors[slot] + 1 : 0
    }
  }
}
