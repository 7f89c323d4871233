// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// About how many entries a bound in weight amounts to, followed as entries turn out light or heavy.
///
/// Sketches, ghosts and shadows count entries; a bound may count bytes. Taking one for the other
/// would make them some hundred times too large, and their memory some hundred times too long.
struct EntryEstimate {
  private static let looksPerJudgement = 256

  /// The estimate.
  private(set) var entries: Int
  private var looks = 0

  /// Creates an estimate that is a guess until entries have left.
  init(_ entries: Int) { self.entries = max(1, entries) }

  /// Takes note of how many entries there are at an eviction, which is when the bound is full; says
  /// whether the estimate was wrong by more than a factor of two and has changed.
  mutating func judge(resident: Int) -> Bool {
    looks += 1
    guard looks >= Self.looksPerJudgement else { return false }
    looks = 0
    guard resident > entries * 2 || resident < entries / 2 else { return false }
    entries = max(1, resident)
    return true
  }

  /// Follows a change of the bound.
  mutating func scale(from capacity: Int, to newCapacity: Int) {
    let factor = Double(newCapacity) / Double(max(1, capacity))
    entries = max(1, Int(clamping: Int64(min(Double(entries) * factor, 0x1p40))))
  }
}
