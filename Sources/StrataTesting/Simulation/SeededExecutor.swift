// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Runs the jobs of a simulation one at a time, in an order drawn from the seed.
///
/// Every job of every task that was started through the simulation's runtime comes here, so a run
/// is a sequence of draws and nothing else: the same seed gives the same run.
final class SeededExecutor: TaskExecutor, @unchecked Sendable {
  // Sendable: `jobs` is behind a lock.
  private let jobs = Lock<[UnownedJob]>([])
  private let random: SeededRandom
  private let history = Lock<UInt64>(0)
  private let cues = Lock(Cues())

  private struct Cues {
    var steps = 0
    var actions: [Int: [@Sendable () -> Void]] = [:]
  }

  init(random: SeededRandom) { self.random = random }

  func enqueue(_ job: consuming ExecutorJob) {
    let unowned = UnownedJob(job)
    jobs.withLock { $0.append(unowned) }
  }

  /// Runs one job; `false` where there is none.
  func step() -> Bool {
    let waiting = jobs.withLock { $0.count }
    guard waiting > 0 else { return false }
    for action in nextCues() { action() }
    let choice = Int(random.below(UInt64(waiting)))
    history.withLock { $0 = ($0 ^ UInt64(choice + waiting << 20)) &* 0x0000_0100_0000_01B3 }
    let job = jobs.withLock { $0.remove(at: choice) }
    job.runSynchronously(on: asUnownedTaskExecutor())
    return true
  }

  private func nextCues() -> [@Sendable () -> Void] {
    cues.withLock { cues in
      cues.steps += 1
      return cues.actions.removeValue(forKey: cues.steps) ?? []
    }
  }

  /// How many jobs have been run.
  var steps: Int { cues.withLock { $0.steps } }

  /// Calls `action` just before the job of this number is drawn.
  func atStep(_ number: Int, _ action: @escaping @Sendable () -> Void) {
    cues.withLock { $0.actions[number, default: []].append(action) }
  }

  /// A number that is the same for two runs that made the same draws.
  var trace: UInt64 { history.withLock { $0 } }
}

/// Starts every task on the simulation's executor.
final class SimulatedSpawner: TaskSpawner {
  private let executor: SeededExecutor
  private let started = Lock(0)

  init(executor: SeededExecutor) { self.executor = executor }

  @discardableResult
  func spawn(
    _ label: StaticString, _ operation: @escaping @Sendable () async -> Void
  ) -> any SpawnedTask {
    started.withLock { $0 += 1 }
    let task = Task(executorPreference: executor) {
      await operation()
      self.started.withLock { $0 -= 1 }
    }
    return SimulatedTask(task: task)
  }

  /// How many tasks have been started and have not ended.
  var running: Int { started.withLock { $0 } }
}

private struct SimulatedTask: SpawnedTask {
  let task: Task<Void, Never>
  func cancel() { task.cancel() }
  func wait() async { await task.value }
}
