// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The place of one command among those that wait for a reply: 32 bytes.
struct RESPSlot {
  /// What the owner recognises the caller by.
  var tag: UInt
  /// When the caller stops waiting, in nanoseconds.
  var deadline: UInt64
  /// How many bytes have to have been sent, since the connection began, for the command to be
  /// complete.
  var lastByte: UInt64
  /// Confirmations still to come, when there is a verb.
  var confirmations: Int32 = 0
  /// What confirmations are expected instead of a reply.
  var verb: RESPSubscriptionVerb?
  /// Whether the reply may be a RESP2 array that says pong.
  var isPing = false
  /// Whether nobody waits any more; the reply is still owed by the server and will be discarded.
  var isAbandoned = false
}

/// The slots in the order in which the server will fill them.
///
/// Slots are numbered for ever; slot n lies at n modulo the capacity. The ring begins small, so
/// that a connection with few commands under way stays in the cache, and doubles up to its limit.
struct RESPSlotRing {
  private var slots: [RESPSlot]
  private let limit: Int

  /// The number of the oldest slot.
  private(set) var first: UInt64 = 0
  /// The number that the next slot will have.
  private(set) var end: UInt64 = 0

  init(limit: Int) {
    self.limit = min(max(limit, 1), 1 << 20)
    slots = []
  }

  var count: Int { Int(end - first) }
  var isEmpty: Bool { first == end }
  var isFull: Bool { count >= limit }
  var vacancies: Int { limit - count }
  /// Whether at least half of the slots are free, so that admitting again is worth saying.
  var isHalfEmpty: Bool { count <= limit / 2 }

  func contains(_ sequence: UInt64) -> Bool { sequence >= first && sequence < end }

  /// The slot numbered `sequence`, which must be in the ring.
  subscript(sequence: UInt64) -> RESPSlot {
    @inline(__always) get { slots[place(sequence)] }
    @inline(__always) set { slots[place(sequence)] = newValue }
  }

  var oldest: RESPSlot? { isEmpty ? nil : self[first] }

  /// Adds a slot and returns its number; the ring must not be full.
  mutating func append(_ slot: RESPSlot) -> UInt64 {
    if count == slots.count { grow(slot) }
    slots[place(end)] = slot
    end += 1
    return end - 1
  }

  mutating func removeFirst() { first += 1 }

  @inline(__always)
  private func place(_ sequence: UInt64) -> Int {
    Int(truncatingIfNeeded: sequence & UInt64(truncatingIfNeeded: slots.count - 1))
  }

  /// Doubles the capacity, which stays a power of two.
  private mutating func grow(_ filler: RESPSlot) {
    var wider = [RESPSlot](repeating: filler, count: max(64, slots.count * 2))
    let mask = UInt64(wider.count - 1)
    for sequence in first..<end { wider[Int(sequence & mask)] = self[sequence] }
    slots = wider
  }
}
