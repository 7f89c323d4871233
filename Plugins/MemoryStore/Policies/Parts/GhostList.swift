// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A bounded, ordered set of key fingerprints: what a policy remembers of entries that left.
///
/// About 20 bytes per remembered key; ``GhostFilter`` is the small, forgetful alternative.
///
/// The order is kept in a ring; the index says where in the ring a fingerprint stands. Removing
/// one only clears the index, so the ring may hold dead cells: they are skipped at the front and
/// squeezed out when the ring is full.
public struct GhostList: ~Copyable {
  private struct Slot: BitwiseCopyable {
    var print: Fingerprint = 0
    var position: UInt32 = .max
    var isFree: Bool { position == .max }
  }

  /// The number of remembered keys.
  public private(set) var count = 0
  private var slots = Column(filler: Slot())
  private var ring = Column<Fingerprint>(filler: 0)
  private var first: UInt32 = 0
  private var used: UInt32 = 0

  /// Creates an empty list.
  public init() { allocate(cells: 16) }

  /// Whether the key with this hash is remembered.
  public func contains(_ print: Fingerprint) -> Bool { find(print) != nil }

  /// Remembers a key as the newest; one that is there already keeps its place.
  public mutating func append(_ print: Fingerprint) {
    guard find(print) == nil else { return }
    if used == UInt32(ring.count) { rebuild() }
    let position = (first &+ used) & mask
    ring[position] = print
    used += 1
    count += 1
    var slot = home(print)
    while !slots[slot].isFree { slot = (slot &+ 1) & slotMask }
    slots[slot] = Slot(print: print, position: position)
  }

  /// Forgets a key, and tells whether it was there.
  public mutating func remove(_ print: Fingerprint) -> Bool {
    guard let slot = find(print) else { return false }
    erase(slot)
    return true
  }

  /// Forgets the key that was remembered first, if there is any.
  public mutating func removeOldest() {
    while used > 0 {
      let position = first & mask
      first = (first &+ 1) & mask
      used -= 1
      if let slot = find(ring[position]), slots[slot].position == position {
        erase(slot)
        return
      }
    }
  }

  /// Forgets the oldest keys until at most `limit` are left.
  public mutating func trim(to limit: Int) {
    while count > max(0, limit) { removeOldest() }
  }

  /// Forgets all.
  public mutating func removeAll() { trim(to: 0) }

  private var mask: UInt32 { UInt32(ring.count - 1) }
  private var slotMask: UInt32 { UInt32(slots.count - 1) }

  private func home(_ print: Fingerprint) -> UInt32 {
    (print &* 0x9E37_79B1) >> 7 & slotMask
  }

  private func find(_ print: Fingerprint) -> UInt32? {
    var slot = home(print)
    while !slots[slot].isFree {
      if slots[slot].print == print { return slot }
      slot = (slot &+ 1) & slotMask
    }
    return nil
  }

  /// Empties a slot and pulls back those behind it that a probe would no longer reach.
  private mutating func erase(_ slot: UInt32) {
    var hole = slot
    var probe = slot
    while true {
      probe = (probe &+ 1) & slotMask
      if slots[probe].isFree { break }
      let distance = (probe &- home(slots[probe].print)) & slotMask
      if distance >= (probe &- hole) & slotMask {
        slots[hole] = slots[probe]
        hole = probe
      }
    }
    slots[hole] = Slot()
    count -= 1
  }

  private mutating func allocate(cells: Int) {
    ring = Column(filler: 0)
    ring.reserve(cells)
    slots = Column(filler: Slot())
    slots.reserve(cells * 2)
    first = 0
    used = 0
    count = 0
  }

  /// Copies the living cells to a ring of a fitting size.
  private mutating func rebuild() {
    var living: [Fingerprint] = []
    living.reserveCapacity(count)
    for offset in 0..<used {
      let position = (first &+ offset) & mask
      if let slot = find(ring[position]), slots[slot].position == position {
        living.append(ring[position])
      }
    }
    allocate(cells: living.count * 2 > ring.count ? ring.count * 2 : ring.count)
    for print in living { append(print) }
  }
}
