// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataNetwork
import Testing

@Suite("Event loop") struct EventLoopTests {
  @Test func `closures run in order, on the loop, and never inside the call`() async {
    let loop = EventLoop()
    let order = Lock<[Int]>([])
    await Handover<Void>.wait { done in
      for index in 0..<100 { loop.execute { order.withLock { $0.append(index) } } }
      loop.execute {
        loop.execute {
          order.withLock { $0.append(101) }
          done.finish(())
        }
        order.withLock { $0.append(loop.isCurrent ? 100 : -1) }
      }
    }
    #expect(order.withLock { $0 } == Array(0...101))
    #expect(!loop.isCurrent)
    loop.shutDown()
  }

  @Test func `timers fire by deadline, cancelled ones do not`() async {
    let loop = EventLoop()
    let order = Lock<[Int]>([])
    let start = loop.now
    await Handover<Void>.wait { done in
      // From the loop, so that none can fire before all are set.
      loop.execute {
        for index in [2, 0, 3, 1] {
          _ = loop.schedule(at: start + .milliseconds(5 * index)) {
            order.withLock { $0.append(index) }
            if index == 3 { done.finish(()) }
          }
        }
        let cancelled = loop.schedule(at: start + .milliseconds(7)) {
          order.withLock { $0.append(99) }
        }
        if !cancelled.cancel() || cancelled.cancel() { order.withLock { $0.append(-1) } }
      }
    }
    #expect(order.withLock { $0 } == [0, 1, 2, 3])
    loop.shutDown()
  }

  @Test func `a task that prefers the loop runs on it, before and after waiting`() async {
    let loop = EventLoop()
    let task = Task(executorPreference: loop) {
      let before = loop.isCurrent
      await Task.yield()
      try? await SleepyClock(loop).sleep(for: .milliseconds(2))
      return before && loop.isCurrent
    }
    #expect(await task.value)
    loop.shutDown()
  }

  @Test func `an actor whose executor it is runs on it`() async {
    let loop = EventLoop()
    #expect(await Resident(loop).isAtHome())
    loop.shutDown()
  }

  @Test func `a thousand tasks that keep giving way all finish and starve no timer`() async {
    let loop = EventLoop()
    let fired = Shared(false)
    await withTaskGroup(of: Void.self) { group in
      group.addTask(executorPreference: loop) {
        _ = loop.schedule(at: loop.now) { fired.withLock { $0 = true } }
        while !fired.value { await Task.yield() }
      }
      for _ in 0..<1_000 {
        group.addTask(executorPreference: loop) { for _ in 0..<20 { await Task.yield() } }
      }
    }
    #expect(fired.value)
    loop.shutDown()
  }

  @Test func `work that comes after the end is still done`() async {
    let loop = EventLoop()
    for _ in 0..<50 {
      await Task(executorPreference: loop) { await Task.yield() }.value
      loop.shutDown()
    }
  }

  @Test func `work from many threads is all done, each thread's in order`() async {
    let loop = EventLoop()
    let seen = Shared([[Int]](repeating: [], count: 4))
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<4 {
        group.addTask {
          for index in 0..<5_000 {
            loop.execute { seen.withLock { $0[thread].append(index) } }
          }
        }
      }
    }
    await Handover<Void>.wait { done in loop.execute { done.finish(()) } }
    let isComplete = seen.withLock { $0.allSatisfy { $0 == Array(0..<5_000) } }
    #expect(isComplete)
    loop.shutDown()
  }
}

private actor Resident {
  private let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(_ loop: EventLoop) { self.loop = loop }

  func isAtHome() -> Bool {
    loop.preconditionIsolated()
    return loop.isCurrent
  }
}

/// The timers of a loop as a clock.
private final class SleepyClock: CacheClock {
  private let loop: EventLoop
  init(_ loop: EventLoop) { self.loop = loop }
  var now: Timestamp { loop.now }
  var coarseNow: Timestamp { loop.now }
  var coarseLag: Duration { .zero }
  func schedule(
    at time: Timestamp, _ action: @escaping @Sendable () -> Void
  ) -> any CacheTimer { loop.schedule(at: time, action) }
}
