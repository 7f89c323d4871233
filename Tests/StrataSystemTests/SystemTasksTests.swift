// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataSystem
import Synchronization
import Testing

@Suite("System tasks") struct SystemTasksTests {
  @Test func `waiting returns after the work has ended`() async {
    let done = Atomic(false)
    let task = SystemTasks().spawn("work") {
      await Task.yield()
      done.store(true, ordering: .relaxed)
    }
    await task.wait()
    let doneValue = done.load(ordering: .relaxed)
    #expect(doneValue)
  }

  @Test func `cancelling reaches the work`() async {
    let clock = SystemClock()
    let cancelled = Atomic(false)
    let task = SystemTasks().spawn("sleeper") {
      do {
        try await clock.sleep(for: .seconds(3_600))
      } catch {
        cancelled.store(true, ordering: .relaxed)
      }
    }
    task.cancel()
    await task.wait()
    let cancelledValue = cancelled.load(ordering: .relaxed)
    #expect(cancelledValue)
  }

  @Test func `the work carries its label`() async {
    let name = Lock<String?>(nil)
    await SystemTasks().spawn("refresh") { name.withLock { $0 = Task.name } }.wait()
    #expect(name.withLock { $0 } == "refresh")
  }
}
