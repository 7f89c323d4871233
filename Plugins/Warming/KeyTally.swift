// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Which keys occur most often in a list, one on each line, read piece by piece.
///
/// Bounded: at `capacity` different keys, those that were seen once so far are forgotten; where all
/// were seen more often, no further key is taken up.
struct KeyTally {
  private var counts: [String: (count: Int, order: Int)] = [:]
  private var line: [UInt8] = []
  private var isSkipping = false
  private let capacity: Int
  static let longestLine = 4096

  init(capacity: Int = 1_000_000) { self.capacity = max(1, capacity) }

  /// Reads a piece of the list.
  mutating func read(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte == 10 {
        endLine()
      } else if line.count < Self.longestLine {
        line.append(byte)
      } else {
        isSkipping = true
      }
    }
  }

  /// Ends the line: the last one may lack its end.
  mutating func endLine() {
    defer { (line, isSkipping) = ([], false) }
    if line.last == 13 { line.removeLast() }
    // A line that is too long to be a key, and a comment.
    guard !line.isEmpty, !isSkipping, line[0] != UInt8(ascii: "#") else { return }
    let key = String(decoding: line, as: UTF8.self)
    if counts[key] == nil, counts.count >= capacity {
      counts = counts.filter { $0.value.count > 1 }
      if counts.count >= capacity { return }
    }
    let order = counts.count
    counts[key, default: (0, order)].count += 1
  }

  /// The keys that occur most often, most frequent first; of equals the one that came first.
  func top(_ limit: Int) -> [String] {
    counts.sorted { ($0.value.count, $1.value.order) > ($1.value.count, $0.value.order) }
      .prefix(limit).map(\.key)
  }
}
