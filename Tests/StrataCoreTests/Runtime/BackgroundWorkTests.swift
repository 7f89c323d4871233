// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Background work")
struct BackgroundWorkTests {
  @Test func `what runs is counted and capped`() throws {
    try Simulation(seed: 1).run { world in
      let work = BackgroundWork(runtime: world.runtime, capacity: 2)
      let started = (0..<3).map { _ in
        work.start("work") { try? await world.sleep(for: .seconds(1)) }
      }
      #expect(started == [true, true, false])
      #expect(work.count == 2)
      await work.untilIdle()
      #expect(work.count == 0)
      #expect(work.start("work") {})
      await work.untilIdle()
    }
  }

  @Test func `closing waits for what runs and takes nothing more`() throws {
    try Simulation(seed: 1).run { world in
      let work = BackgroundWork(runtime: world.runtime)
      let hasEnded = Lock(false)
      work.start("work") {
        try? await world.sleep(for: .seconds(2))
        hasEnded.withLock { $0 = true }
      }
      let cut = await work.close(by: world.clock.now + .seconds(10))
      #expect(cut == 0)
      #expect(hasEnded.withLock { $0 })
      #expect(!work.start("late") {})
      #expect(world.clock.pendingTimers == 0)
    }
  }

  @Test func `closing cancels at the deadline what has not ended`() throws {
    try Simulation(seed: 1).run { world in
      let work = BackgroundWork(runtime: world.runtime)
      for _ in 0..<3 { work.start("work") { try? await world.sleep(for: .seconds(100)) } }
      let start = world.clock.now
      let cut = await work.close(by: start + .seconds(1))
      #expect(cut == 3)
      #expect(world.clock.now - start == .seconds(1))
      await world.settle()
      #expect(work.count == 0)
      #expect(world.runningTasks == 1)
    }
  }
}
