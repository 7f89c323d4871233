// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch

/// What was unlinked and may still be seen by readers: nodes, tables and tails.
///
/// Things gather until there is a batch. A batch is closed by moving the clock of epochs on, and
/// freed once no reader is left in its epoch or an older one; with readers that stay nanoseconds
/// that is nearly always at once. Belongs to one shard and is used under its lock.
struct Limbo: ~Copyable {
  /// One thing that waits.
  enum Item {
    case node(NodeIndex)
    case table(SlotTable)
    case tail(Unmanaged<EntryTail>)
  }

  private static let batch = 128

  private var open: [Item] = []
  private var closed: [(stamp: UInt64, items: [Item])] = []

  /// Whether nothing waits.
  var isEmpty: Bool { open.isEmpty && closed.isEmpty }

  /// Whether a batch is full.
  var isDue: Bool { open.count >= Self.batch }

  /// Takes something that was just unlinked.
  mutating func add(_ item: Item) { open.append(item) }

  /// What no reader can see any more.
  mutating func collect() -> [Item] {
    if !open.isEmpty {
      closed.append((strata_epoch_advance(), open))
      open = []
      open.reserveCapacity(Self.batch)
    }
    let oldest = strata_epoch_oldest()
    var safe: [Item] = []
    closed.removeAll { batch in
      guard batch.stamp < oldest else { return false }
      if safe.isEmpty { safe = batch.items } else { safe += batch.items }
      return true
    }
    return safe
  }

  /// Everything, when no reader can be left at all.
  mutating func drain() -> [Item] {
    defer { (open, closed) = ([], []) }
    return closed.flatMap(\.items) + open
  }
}
