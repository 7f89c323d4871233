// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// For how many entries a policy lays out what it keeps per entry of capacity.
///
/// A bound in bytes says little about that number: 256 MiB are a million small entries or a hundred
/// large ones. So it grows with the nodes that are there, by doubling, and a sketch costs what it
/// is good for.
struct EntryCount: Sendable {
  /// The number to lay out for.
  private(set) var count: Int
  private var capacity: Int

  init(_ request: PolicyCatalog.Request) {
    capacity = request.capacity
    count = min(request.entries, request.capacity)
  }

  /// Takes note of how many nodes there are; says whether the number has changed.
  mutating func reserve(nodes: Int) -> Bool {
    guard nodes > count, count < capacity else { return false }
    var grown = max(1, count)
    while grown < nodes, grown < capacity { grown *= 2 }
    count = min(grown, capacity)
    return true
  }

  /// Adopts a new bound: as many entries more or fewer.
  mutating func resize(capacity newCapacity: Int) {
    let share = Double(newCapacity) / Double(max(1, capacity))
    count = min(max(1, Int((Double(count) * share).rounded())), max(1, newCapacity))
    capacity = newCapacity
  }
}
