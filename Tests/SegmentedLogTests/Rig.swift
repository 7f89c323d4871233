// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting

@testable import SegmentedLog

/// Tasks on the ordinary pool: what is tested here does not depend on their order.
final class PlainTasks: TaskSpawner {
  private struct Spawned: SpawnedTask {
    let task: Task<Void, Never>
    func cancel() { task.cancel() }
    func wait() async { await task.value }
  }

  func spawn(
    _ label: StaticString, _ operation: @escaping @Sendable () async -> Void
  ) -> any SpawnedTask { Spawned(task: Task(operation: operation)) }
}

func makeRuntime(_ disk: any Disk, seed: UInt64) -> CacheRuntime {
  CacheRuntime(
    clock: VirtualClock(), random: SeededRandom(seed: seed), tasks: PlainTasks(), disk: disk,
    reporter: SilentReporter())
}

func openJournal(
  _ disk: SimulatedDisk, seed: UInt64 = 1, segmentSize: Int = 4 << 10
) throws -> Journal {
  var options = JournalOptions(directory: "/journal")
  options.segmentSize = segmentSize
  return try Journal.open(options, disk: disk, runtime: makeRuntime(disk, seed: seed))
}

/// Bytes that look like nothing else.
func filler(_ seed: UInt64, _ count: Int) -> [UInt8] {
  let random = SeededRandom(seed: seed)
  return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}
