// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// Why keys that are gone went: two bytes per entry that was ever there at once, overwritten in
/// time.
///
/// A cell holds 14 bits of a fingerprint and a cause. A newer departure overwrites the cell, so old
/// ones fade; about one key in 16,000 that never was here is given another's cause.
struct MissMemory: ~Copyable {
  private var cells = Column<UInt16>(filler: 0)

  init() { cells.reserve(64) }

  /// Makes room for so many; doubles, and then what it knew is lost.
  mutating func reserve(_ count: Int) {
    while cells.count < min(count, 1 << 26) { cells.reserve(cells.count * 2) }
  }

  func note(_ print: Fingerprint, _ cause: RemovalCause) {
    let reason: UInt16 =
      switch cause {
      case .evicted, .refused: 1
      case .expired: 2
      case .removed, .invalidated: 3
      case .replaced: 0
      }
    if reason != 0 { cells[cell(print)] = Self.tag(print) | reason }
  }

  func reason(for print: Fingerprint) -> MissReason {
    let found = cells[cell(print)]
    guard found & ~3 == Self.tag(print) else { return .neverCached }
    switch found & 3 {
    case 1: return .evicted
    case 2: return .expired
    case 3: return .invalidated
    default: return .neverCached
    }
  }

  private func cell(_ print: Fingerprint) -> UInt32 {
    UInt32(truncatingIfNeeded: (UInt64(print) &* UInt64(cells.count)) >> 32)
  }

  /// The lower bits, since the upper ones chose the cell.
  private static func tag(_ print: Fingerprint) -> UInt16 { UInt16(truncatingIfNeeded: print << 2) }
}
