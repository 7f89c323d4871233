// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A hash table from fingerprints to small dense numbers, which are given out and taken back here.
struct PrintTable: ~Copyable {
  private struct Slot: BitwiseCopyable {
    var print: Fingerprint = 0
    var number: UInt32 = .max
  }

  private var slots = Column(filler: Slot())
  private var free: [UInt32] = []
  private(set) var limit: Int

  /// Creates a table that gives out numbers below `limit`.
  init(limit: Int) {
    self.limit = limit
    slots.reserve(1 << (Int.bitWidth - (max(16, limit * 2) - 1).leadingZeroBitCount))
    free = Array((0..<UInt32(limit)).reversed())
  }

  func find(_ print: Fingerprint) -> UInt32? {
    var slot = home(print)
    while slots[slot].number != .max {
      if slots[slot].print == print { return slots[slot].number }
      slot = (slot &+ 1) & mask
    }
    return nil
  }

  /// Gives a number to a print that has none; `nil` when none is left.
  mutating func add(_ print: Fingerprint) -> UInt32? {
    guard let number = free.popLast() else { return nil }
    var slot = home(print)
    while slots[slot].number != .max { slot = (slot &+ 1) & mask }
    slots[slot] = Slot(print: print, number: number)
    return number
  }

  /// Takes back the number of a print.
  mutating func remove(_ print: Fingerprint) {
    var hole = home(print)
    while slots[hole].print != print || slots[hole].number == .max {
      if slots[hole].number == .max { return }
      hole = (hole &+ 1) & mask
    }
    free.append(slots[hole].number)
    var probe = hole
    while true {
      probe = (probe &+ 1) & mask
      if slots[probe].number == .max { break }
      if (probe &- home(slots[probe].print)) & mask >= (probe &- hole) & mask {
        slots[hole] = slots[probe]
        hole = probe
      }
    }
    slots[hole] = Slot()
  }

  private var mask: UInt32 { UInt32(slots.count - 1) }
  private func home(_ print: Fingerprint) -> UInt32 { (print &* 0x9E37_79B1) >> 7 & mask }
}
