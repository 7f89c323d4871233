// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch
internal import Synchronization

/// An open-addressing table from fingerprints to node indices, read without locks.
///
/// A slot is one word: the fingerprint above, the index plus one below; 0 is free, and a removed
/// key leaves a mark that lookups step over. Writers hold the shard's lock and store whole words,
/// so a reader sees each slot before or after a change, never between. A key never moves within a
/// table: growing, shrinking and sweeping the marks build a new table, and the old one is freed
/// when its last reader has left. The position is the fingerprint scaled to the size, so any size
/// will do and no hash is ever computed again.
struct SlotTable: BitwiseCopyable {
  /// The part of the slots that may be in use, removal marks included.
  static let fullest = 0.8
  private static let removed: UInt64 = 0xFFFF_FFFF

  /// The first word holds the size; slots begin one cache line later.
  let memory: UnsafeMutablePointer<Atomic<UInt64>>
  private static let header = 8

  /// Creates a table of at least `size` slots, all free.
  init(size: Int) {
    let count = max(16, size)
    memory = strata_table_allocate(Self.bytes(count)).assumingMemoryBound(to: Atomic<UInt64>.self)
    memory[0].store(UInt64(count), ordering: .relaxed)
  }

  /// The table at an address that ``address`` gave.
  @inline(__always)
  init(address: UInt) {
    memory = UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped
  }

  var address: UInt { UInt(bitPattern: memory) }
  var size: UInt64 { memory[0].load(ordering: .relaxed) }
  func free() { strata_table_free(memory, Self.bytes(Int(size))) }

  private static func bytes(_ count: Int) -> UInt64 {
    UInt64((count + header) * MemoryLayout<UInt64>.stride)
  }

  @inline(__always)
  private static func home(_ print: Fingerprint, _ size: UInt64) -> Int {
    Int(truncatingIfNeeded: (UInt64(print) &* size) >> 32)
  }

  /// The slot and node of the first entry of `print` that `matches` accepts.
  @inline(__always)
  func find(_ print: Fingerprint, _ matches: (NodeIndex) -> Bool) -> (slot: Int, node: NodeIndex)? {
    let size = size
    let slots = memory + Self.header
    var slot = Self.home(print, size)
    while true {
      let word = slots[slot].load(ordering: .acquiring)
      if word == 0 { return nil }
      if word >> 32 == UInt64(print), word != Self.removed {
        let node = NodeIndex(truncatingIfNeeded: word) &- 1
        if matches(node) { return (slot, node) }
      }
      slot &+= 1
      if slot == Int(truncatingIfNeeded: size) { slot = 0 }
    }
  }

  /// Puts an index into a slot that already holds its key.
  func set(_ slot: Int, _ print: Fingerprint, _ node: NodeIndex) {
    (memory + Self.header)[slot].store(Self.word(print, node), ordering: .releasing)
  }

  /// Adds a key that is not there; returns whether a free slot was taken (and not a removed one).
  func add(_ print: Fingerprint, _ node: NodeIndex) -> Bool {
    let size = size
    let slots = memory + Self.header
    var slot = Self.home(print, size)
    while true {
      let word = slots[slot].load(ordering: .relaxed)
      if word == 0 || word == Self.removed {
        slots[slot].store(Self.word(print, node), ordering: .releasing)
        return word == 0
      }
      slot += 1
      if slot == Int(size) { slot = 0 }
    }
  }

  /// Removes the key in a slot; returns how many slots became free.
  ///
  /// Before a free slot no mark is needed, and marks that end there are wiped with it.
  func remove(_ slot: Int) -> Int {
    let size = Int(size)
    let slots = memory + Self.header
    let next = slot + 1 == size ? 0 : slot + 1
    guard slots[next].load(ordering: .relaxed) == 0 else {
      slots[slot].store(Self.removed, ordering: .releasing)
      return 0
    }
    var freed = 0
    var current = slot
    repeat {
      slots[current].store(0, ordering: .releasing)
      freed += 1
      current = current == 0 ? size - 1 : current - 1
    } while freed < size && slots[current].load(ordering: .relaxed) == Self.removed
    return freed
  }

  /// A table of another size with the same keys.
  func copy(size newSize: Int) -> SlotTable {
    let table = SlotTable(size: newSize)
    for slot in 0..<Int(size) {
      let word = (memory + Self.header)[slot].load(ordering: .relaxed)
      guard word != 0, word != Self.removed else { continue }
      _ = table.add(Fingerprint(word >> 32), NodeIndex(truncatingIfNeeded: word) &- 1)
    }
    return table
  }

  func node(at slot: Int) -> NodeIndex? {
    let word = (memory + Self.header)[slot].load(ordering: .relaxed)
    return word == 0 || word == Self.removed ? nil : NodeIndex(truncatingIfNeeded: word) &- 1
  }

  private static func word(_ print: Fingerprint, _ node: NodeIndex) -> UInt64 {
    UInt64(print) << 32 | UInt64(node &+ 1)
  }
}

extension SlotTable {
  /// Visits every index in the table. The table may lose keys meanwhile, not gain any.
  func forEach(_ body: (NodeIndex) -> Void) {
    for slot in 0..<Int(size) {
      if let node = node(at: slot) { body(node) }
    }
  }
}
