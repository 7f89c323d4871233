// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A queue of deadlines as a value: whoever owns it decides which thread fires it.
///
/// A four-ary heap of small keys beside a table of actions. Cancelling frees the action at once
/// and leaves its key behind as a husk; when husks outnumber the living, one pass sweeps them
/// away. So scheduling costs O(log n), cancelling O(1) amortised, and memory stays within a
/// constant factor of the timers that are pending. Equal deadlines fire in scheduling order.
package struct TimerQueue<Action> {
  /// Names one scheduled action; never reused.
  package struct Ticket: Hashable, Sendable {
    fileprivate let slot: Int32
    fileprivate let sequence: UInt64
  }

  private struct Key {
    let deadline: Int64
    let sequence: UInt64
    let slot: Int32

    @inline(__always) func isBefore(_ other: Key) -> Bool {
      deadline < other.deadline || (deadline == other.deadline && sequence < other.sequence)
    }
  }

  private struct Slot {
    /// 0 while the slot is free.
    var sequence: UInt64
    var action: Action?
  }

  private var heap: [Key] = []
  private var slots: [Slot] = []
  private var freeSlots: [Int32] = []
  private var nextSequence: UInt64 = 1

  /// How many actions are pending.
  package private(set) var count = 0

  /// Creates an empty queue.
  package init() {}

  /// How many keys are held, husks included: what memory grows with.
  package var heldKeys: Int { heap.count }

  /// Adds `action`, due at `deadline`.
  package mutating func schedule(at deadline: Int64, _ action: Action) -> Ticket {
    let sequence = nextSequence
    nextSequence &+= 1
    let slot = takeSlot(sequence, action)
    count += 1
    heap.append(Key(deadline: deadline, sequence: sequence, slot: slot))
    siftUp(heap.count - 1)
    return Ticket(slot: slot, sequence: sequence)
  }

  /// Withdraws an action and returns it, or `nil` where it has fired or was withdrawn before.
  package mutating func cancel(_ ticket: Ticket) -> Action? {
    guard let action = freeSlot(ticket.slot, ticket.sequence) else { return nil }
    if heap.count > 64 && heap.count > 2 * count { sweep() }
    return action
  }

  /// The deadline of the action that is due first, `nil` when none is pending.
  package mutating func firstDeadline() -> Int64? {
    dropHusks()
    return heap.first?.deadline
  }

  /// Takes out the first action that is due at `time`, if any is.
  package mutating func popDue(at time: Int64) -> Action? {
    dropHusks()
    guard let first = heap.first, first.deadline <= time else { return nil }
    removeFirst()
    return freeSlot(first.slot, first.sequence)
  }

  private mutating func takeSlot(_ sequence: UInt64, _ action: Action) -> Int32 {
    if let slot = freeSlots.popLast() {
      slots[Int(slot)] = Slot(sequence: sequence, action: action)
      return slot
    }
    slots.append(Slot(sequence: sequence, action: action))
    return Int32(truncatingIfNeeded: slots.count - 1)
  }

  private mutating func freeSlot(_ slot: Int32, _ sequence: UInt64) -> Action? {
    guard slots[Int(slot)].sequence == sequence else { return nil }
    let action = slots[Int(slot)].action.take()
    slots[Int(slot)].sequence = 0
    freeSlots.append(slot)
    count -= 1
    return action
  }

  private func isHusk(_ key: Key) -> Bool { slots[Int(key.slot)].sequence != key.sequence }

  private mutating func dropHusks() {
    while let first = heap.first, isHusk(first) { removeFirst() }
  }

  private mutating func sweep() {
    heap = heap.filter { !isHusk($0) }
    guard heap.count > 1 else { return }
    for index in stride(from: (heap.count - 2) / 4, through: 0, by: -1) { siftDown(index) }
  }

  private mutating func removeFirst() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    siftDown(0)
  }

  private mutating func siftUp(_ start: Int) {
    var index = start
    let key = heap[index]
    while index > 0 {
      let parent = (index - 1) / 4
      guard key.isBefore(heap[parent]) else { break }
      heap[index] = heap[parent]
      index = parent
    }
    heap[index] = key
  }

  private mutating func siftDown(_ start: Int) {
    var index = start
    let key = heap[index]
    while true {
      let first = 4 * index + 1
      guard first < heap.count else { break }
      var least = first
      for child in first..<min(first + 4, heap.count) where heap[child].isBefore(heap[least]) {
        least = child
      }
      guard heap[least].isBefore(key) else { break }
      heap[index] = heap[least]
      index = least
    }
    heap[index] = key
  }
}
