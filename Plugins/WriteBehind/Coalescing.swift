// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The next batch out of what waits: for each key the last write, in the order of those.
struct Coalescing {
  /// The writes to deliver.
  private(set) var writes: [SourceWrite] = []
  /// How many were left out because a later one takes their place.
  private(set) var superseded = 0

  /// Takes entries from the front, in their order, until they have `limit` keys.
  init(_ entries: [SourceWrite], limit: Int) {
    var places: [[UInt8]: Int] = [:]
    var latest: [SourceWrite?] = []
    for entry in entries {
      if let place = places[entry.key] {
        latest[place] = nil
        superseded += 1
      } else if places.count == limit {
        break
      }
      places[entry.key] = latest.count
      latest.append(entry)
    }
    writes = latest.compactMap(\.self)
  }
}
