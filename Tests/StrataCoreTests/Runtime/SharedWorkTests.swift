// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Shared work")
struct SharedWorkTests {
  struct Failure: Error {}

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `all who wait get the one result`(seed: UInt64) throws {
    try Simulation(seed: seed).run { world in
      let work = SharedWork<Int>(runtime: world.runtime)
      let answers = Lock<[Int]>([])
      for _ in 0..<10 {
        #expect(work.enter())
        world.spawn {
          let value = try? await work.value()
          answers.withLock { $0.append(value ?? -1) }
        }
      }
      work.start("work") {
        try await world.sleep(for: .seconds(1))
        return 7
      }
      try await world.sleep(for: .seconds(2))
      #expect(answers.withLock { $0 } == Array(repeating: 7, count: 10))
      #expect(work.places == 0)
      #expect(work.enter())
      let late = try await work.value()
      #expect(late == 7)
    }
  }

  @Test func `a failure is everybody's`() throws {
    try Simulation(seed: 1).run { world in
      let work = SharedWork<Int>(runtime: world.runtime)
      let failures = Lock(0)
      for _ in 0..<3 {
        _ = work.enter()
        world.spawn {
          do { _ = try await work.value() } catch is Failure {
            failures.withLock { $0 += 1 }
          } catch {}
        }
      }
      work.start("work") { throw Failure() }
      await world.settle()
      #expect(failures.withLock { $0 } == 3)
    }
  }

  @Test func `the work goes on while one place is taken, and is cancelled after the last`() throws {
    try Simulation(seed: 1).run { world in
      let work = SharedWork<Void>(runtime: world.runtime)
      let wasCancelled = Lock(false)
      for _ in 0..<3 { _ = work.enter() }
      work.start("work") {
        do { try await world.sleep(for: .seconds(100)) } catch {
          wasCancelled.withLock { $0 = true }
          throw error
        }
      }
      await world.settle()
      work.leave()
      work.leave()
      await world.settle()
      #expect(!wasCancelled.withLock { $0 })
      work.leave()
      await world.settle()
      #expect(wasCancelled.withLock { $0 })
      #expect(!work.enter())
      #expect(world.runningTasks == 1)
    }
  }

  @Test func `work that is kept ends without anybody waiting`() throws {
    try Simulation(seed: 1).run { world in
      let work = SharedWork<Int>(runtime: world.runtime)
      _ = work.enter()
      work.keep()
      work.start("work") {
        try await world.sleep(for: .seconds(1))
        return 7
      }
      work.leave()
      try await world.sleep(for: .seconds(2))
      #expect(work.enter())
      let late = try await work.value()
      #expect(late == 7)
    }
  }

  @Test func `everybody leaving before the start cancels the work at its start`() throws {
    try Simulation(seed: 1).run { world in
      let work = SharedWork<Void>(runtime: world.runtime)
      _ = work.enter()
      work.leave()
      let wasCancelled = Lock(false)
      work.start("work") { wasCancelled.withLock { $0 = Task.isCancelled } }
      await world.settle()
      #expect(wasCancelled.withLock { $0 })
    }
  }

  @Test func `a deadline ends one wait and leaves no timer`() throws {
    try Simulation(seed: 1).run { world in
      let work = SharedWork<Int>(runtime: world.runtime)
      _ = work.enter()
      _ = work.enter()
      work.start("work") {
        try await world.sleep(for: .seconds(5))
        return 7
      }
      let start = world.clock.now
      await #expect(throws: CacheError.self) {
        _ = try await work.value(until: start + .seconds(1))
      }
      #expect(world.clock.now - start == .seconds(1))
      let value = try await work.value(until: start + .seconds(60))
      #expect(value == 7)
      #expect(world.clock.pendingTimers == 0)
    }
  }

  @Test func `a run until a deadline does not wait for work that hears no cancellation`() throws {
    try Simulation(seed: 1).run { world in
      let start = world.clock.now
      await #expect(throws: CacheError.self) {
        try await world.runtime.run("deaf", until: start + .seconds(1)) {
          await withUnsafeContinuation { continuation in
            _ = world.clock.schedule(at: start + .seconds(9)) { continuation.resume() }
          }
        }
      }
      #expect(world.clock.now - start == .seconds(1))
      try await world.sleep(for: .seconds(9))
      #expect(world.runningTasks == 1)
    }
  }
}
