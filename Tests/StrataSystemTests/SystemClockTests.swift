// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataSystem
import Synchronization
import Testing

@Suite("System clock") struct SystemClockTests {
  let clock = SystemClock()

  @Test func `the precise clock never goes back and knows the century`() {
    var last = clock.now
    let year2024 = Timestamp(nanoseconds: 1_704_067_200_000_000_000)
    #expect(last > year2024)
    for _ in 0..<10_000 {
      let now = clock.now
      #expect(now >= last)
      last = now
    }
  }

  @Test func `the coarse clock is never ahead of the precise one`() {
    for _ in 0..<10_000 {
      let coarse = clock.coarseNow
      #expect(coarse <= clock.now)
    }
    #expect(clock.coarseLag >= .milliseconds(2))
  }

  @Test func `two clocks of one process agree`() {
    let first = clock.now
    let second = SystemClock().now
    let third = clock.now
    #expect(first <= second && second <= third)
  }

  @Test func `timers fire in the order of their deadlines and not before`() async {
    let start = clock.now
    let order = Lock<[Int]>([])
    let early = Atomic(0)
    await withUnsafeContinuation { (done: UnsafeContinuation<Void, Never>) in
      // From the timer thread, so that none can fire before all are set.
      _ = clock.schedule(at: start) { [clock] in
        for index in [3, 1, 4, 0, 2] {
          let due = start + .milliseconds(10 + 5 * index)
          _ = clock.schedule(at: due) {
            if clock.now < due { early.add(1, ordering: .relaxed) }
            order.withLock { $0.append(index) }
            if index == 4 { done.resume() }
          }
        }
      }
    }
    #expect(order.withLock { $0 } == [0, 1, 2, 3, 4])
    let earlyValue = early.load(ordering: .relaxed)
    #expect(earlyValue == 0)
  }

  @Test func `a timer in the past fires at once and cancelling it afterwards says so`() async {
    let fired = Lock<(any CacheTimer)?>(nil)
    await withUnsafeContinuation { (done: UnsafeContinuation<Void, Never>) in
      let timer = clock.schedule(at: .distantPast) { done.resume() }
      fired.withLock { $0 = timer }
    }
    #expect(fired.withLock { $0?.cancel() } == false)
  }

  @Test func `a cancelled timer does not fire`() async throws {
    let fired = Atomic(false)
    var wait = Duration.milliseconds(20)
    // On a machine that stands still the first one may have fired before it could be cancelled.
    while true {
      fired.store(false, ordering: .relaxed)
      let timer = clock.schedule(at: clock.now + wait) { fired.store(true, ordering: .relaxed) }
      if timer.cancel() {
        #expect(!timer.cancel())
        break
      }
      wait = wait * 4
    }
    try await clock.sleep(for: wait * 2)
    let firedValue = fired.load(ordering: .relaxed)
    #expect(!firedValue)
  }

  @Test func `cancelling releases what the action holds`() {
    final class Token: Sendable {}
    weak var weakToken: Token?
    let timer: any CacheTimer
    do {
      let token = Token()
      weakToken = token
      timer = clock.schedule(at: .distantFuture) { withExtendedLifetime(token) {} }
    }
    #expect(weakToken != nil)
    #expect(timer.cancel())
    #expect(weakToken == nil)
  }

  @Test func `a timer earlier than the one slept for wakes the thread`() async throws {
    let far = clock.schedule(at: clock.now + .seconds(3_600)) {}
    try await clock.sleep(for: .milliseconds(5))
    #expect(far.cancel())
  }

  @Test func `one hundred thousand timers all fire`() async {
    let count = 100_000
    let left = Atomic(count)
    let start = clock.now
    await withUnsafeContinuation { (done: UnsafeContinuation<Void, Never>) in
      for index in 0..<count {
        _ = clock.schedule(at: start + .microseconds(index % 50_000)) {
          if left.subtract(1, ordering: .relaxed).newValue == 0 { done.resume() }
        }
      }
    }
    let leftValue = left.load(ordering: .relaxed)
    #expect(leftValue == 0)
  }

  @Test func `a cancelled sleep throws at once`() async {
    let sleeper = Task { try await SystemClock().sleep(for: .seconds(3_600)) }
    sleeper.cancel()
    await #expect(throws: CancellationError.self) { try await sleeper.value }
  }
}
