// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One shard's slots: open addressing in which slots stand in the order of their digests.
///
/// A digest's home is its fraction of the digest space, so the table is one sorted run with gaps
/// and any capacity will do: it grows by a ninth, which keeps every slot's share between 35.6 and
/// 39.6 bytes, and growing is one pass from left to right. A search ends at the first greater
/// digest. Removing moves followers back, so there are no graves. A few spare slots behind the last
/// home take what runs over; there is no wrap-around.
struct IndexTable: ~Copyable, @unchecked Sendable {
  // Sendable: the table owns its memory, and is reached only under its shard's lock.

  private(set) var count = 0
  private var homes = 0
  /// The slots behind the last home.
  private var spare = 64
  private var total = 0
  private var slots: UnsafeMutablePointer<IndexSlot>
  /// How many top bits of a digest choose the shard and say nothing within it.
  private let shardBits: UInt64

  init(shardBits: Int) {
    self.shardBits = UInt64(shardBits)
    slots = .allocate(capacity: 1)
  }

  deinit { slots.deallocate() }

  /// The bytes that the slots take.
  var memory: Int { total * MemoryLayout<IndexSlot>.stride }

  private func home(_ digest: UInt64) -> Int {
    Int((digest << shardBits).multipliedFullWidth(by: UInt64(homes)).high)
  }

  /// Where `digest` stands.
  func find(_ digest: UInt64) -> Int? {
    guard homes > 0 else { return nil }
    let index = lowerBound(digest)
    return index < total && slots[index].digest == digest ? index : nil
  }

  /// The first place from the home on that is empty or holds no smaller digest.
  private func lowerBound(_ digest: UInt64) -> Int {
    var index = home(digest)
    while index < total {
      let there = slots[index].digest
      if there == 0 || there >= digest { break }
      index += 1
    }
    return index
  }

  subscript(index: Int) -> IndexSlot {
    get { slots[index] }
    set { slots[index] = newValue }
  }

  /// Notes that the record at `index` was read.
  mutating func warm(_ index: Int) {
    let heat = slots[index].heat
    if heat < 3 { slots[index].heat = heat + 1 }
  }

  /// Adds a slot for a digest that is not there.
  mutating func insert(_ slot: IndexSlot) {
    if (count + 1) * 10 > homes * 9 { resize(to: homes + homes / 9 + 8) }
    while true {
      let index = lowerBound(slot.digest)
      var end = index
      while end < total, slots[end].digest != 0 { end += 1 }
      guard end < total else {
        spare *= 2
        resize(to: homes)
        continue
      }
      (slots + index + 1).update(from: slots + index, count: end - index)
      slots[index] = slot
      count += 1
      return
    }
  }

  /// Removes the slot at `index`.
  mutating func remove(_ index: Int) {
    var end = index + 1
    while end < total, slots[end].digest != 0, home(slots[end].digest) < end { end += 1 }
    (slots + index).update(from: slots + index + 1, count: end - index - 1)
    slots[end - 1] = .empty
    count -= 1
  }

  /// Moves to another table; where slots would run over its end, to one with more spare slots.
  private mutating func resize(to capacity: Int) {
    while true {
      var larger = IndexTable(shardBits: Int(shardBits))
      larger.spare = spare
      larger.allocate(capacity)
      if fill(&larger) { return swap(&self, &larger) }
      spare *= 2
    }
  }

  private func fill(_ larger: inout IndexTable) -> Bool {
    for index in 0..<total where slots[index].digest != 0 {
      guard larger.append(slots[index]) else { return false }
    }
    return true
  }

  // MARK: Building from a sorted run

  private var cursor = 0

  /// Makes room for `count` slots in an empty table.
  mutating func reserve(_ count: Int) { allocate((count * 20 + 16) / 17 + 8) }

  private mutating func allocate(_ capacity: Int) {
    slots.deallocate()
    homes = capacity
    total = capacity + spare
    slots = .allocate(capacity: total)
    slots.initialize(repeating: .empty, count: total)
    cursor = 0
  }

  /// Adds a slot whose digest is greater than all before; used on a table with room only.
  @discardableResult
  mutating func append(_ slot: IndexSlot) -> Bool {
    let index = max(home(slot.digest), cursor)
    guard index < total else { return false }
    slots[index] = slot
    cursor = index + 1
    count += 1
    return true
  }

  /// Calls `body` with every slot in the order of the digests.
  func forEach(_ body: (IndexSlot) -> Void) {
    for index in 0..<total where slots[index].digest != 0 { body(slots[index]) }
  }
}
