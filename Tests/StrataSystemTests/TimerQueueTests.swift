// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataSystem
import Testing

@Suite("Timer queue") struct TimerQueueTests {
  @Test func `actions come out by deadline and equal deadlines in scheduling order`() {
    var queue = TimerQueue<Int>()
    for (index, deadline) in [5, 1, 3, 1, 5, 2].enumerated() {
      _ = queue.schedule(at: Int64(deadline), index)
    }
    #expect(drain(&queue, at: 2) == [1, 3, 5])
    #expect(queue.firstDeadline() == 3)
    #expect(drain(&queue, at: .max) == [2, 0, 4])
    #expect(queue.firstDeadline() == nil)
  }

  @Test func `a cancelled action never fires and a ticket works once`() {
    var queue = TimerQueue<Int>()
    let first = queue.schedule(at: 1, 1)
    let second = queue.schedule(at: 2, 2)
    #expect(queue.cancel(first) == 1)
    #expect(queue.cancel(first) == nil)
    #expect(queue.schedule(at: 3, 3) != first)
    #expect(queue.cancel(first) == nil)
    #expect(drain(&queue, at: 10) == [2, 3])
    #expect(queue.cancel(second) == nil)
  }

  @Test func `cancelling nearly everything gives the memory back`() {
    var queue = TimerQueue<Int>()
    let tickets = (0..<100_000).map { queue.schedule(at: Int64($0), $0) }
    for ticket in tickets.dropLast(10) { _ = queue.cancel(ticket) }
    #expect(queue.count == 10)
    #expect(queue.heldKeys <= 64)
    #expect(drain(&queue, at: .max) == Array(99_990..<100_000))
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `any mix of operations agrees with a sorted list`(seed: UInt64) {
    var random = SplitMix(state: seed)
    var queue = TimerQueue<Int>()
    var model: [(deadline: Int64, id: Int, ticket: TimerQueue<Int>.Ticket)] = []
    for id in 0..<2_000 {
      switch random.next() % 4 {
      case 0, 1:
        let deadline = Int64(random.next() % 500)
        model.append((deadline, id, queue.schedule(at: deadline, id)))
      case 2 where !model.isEmpty:
        let victim = model.remove(at: Int(random.next() % UInt64(model.count)))
        #expect(queue.cancel(victim.ticket) == victim.id, "seed \(seed)")
      default:
        let time = Int64(random.next() % 500)
        let due = model.filter { $0.deadline <= time }
        model.removeAll { $0.deadline <= time }
        let expected = due.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }.map(\.id)
        #expect(drain(&queue, at: time) == expected, "seed \(seed)")
      }
      #expect(queue.count == model.count, "seed \(seed)")
    }
  }

  private func drain(_ queue: inout TimerQueue<Int>, at time: Int64) -> [Int] {
    var actions: [Int] = []
    while let action = queue.popDue(at: time) { actions.append(action) }
    return actions
  }
}

struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
