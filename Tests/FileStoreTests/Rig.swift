// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import StrataTesting
import Synchronization

@testable import FileStore

/// A clock that stands still until it is set.
final class StillClock: CacheClock {
  private let nanoseconds = Atomic<Int64>(1_700_000_000_000_000_000)
  var now: Timestamp { Timestamp(nanoseconds: nanoseconds.load(ordering: .relaxed)) }
  var coarseNow: Timestamp { now }
  var coarseLag: Duration { .zero }

  func advance(by duration: Duration) {
    nanoseconds.add(duration.saturatingNanoseconds, ordering: .relaxed)
  }

  func schedule(
    at time: Timestamp, _ action: @escaping @Sendable () -> Void
  ) -> any CacheTimer { NeverTimer() }

  private final class NeverTimer: CacheTimer {
    func cancel() -> Bool { true }
  }
}

extension SeededRandom {
  func below(_ bound: Int) -> Int { Int(below(UInt64(bound))) }
}

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

/// An engine over a simulated disk.
struct Rig {
  let clock = StillClock()
  let disk: SimulatedDisk
  let runtime: CacheRuntime
  var shape: FileShape

  init(
    _ image: DiskImage = DiskImage(), capacity: Int = 16 << 20, segmentSize: Int = 4 << 10,
    chunkSize: Int = 512, durability: FileDurability = .always, seed: UInt64 = 1
  ) {
    disk = SimulatedDisk(image)
    runtime = CacheRuntime(
      clock: clock, random: SeededRandom(seed: seed), tasks: PlainTasks(), disk: disk,
      reporter: SilentReporter())
    shape = FileShape(directory: "/store", capacity: capacity, segmentSize: segmentSize)
    shape.chunkSize = chunkSize
    shape.durability = durability
  }

  func open() throws -> FileEngine {
    try FileRecovery.open(shape, name: "test", disk: disk, runtime: runtime)
  }
}

extension FileEngine {
  @discardableResult
  func put(
    _ key: String, _ value: [UInt8], expiry: Timestamp = .distantFuture, version: Version? = nil,
    permits: () -> Bool = { true }
  ) -> PutResult {
    Array(key.utf8).withUnsafeBytes { key in
      value.withUnsafeBytes { value in
        put(key, value, expiry: expiry, version: version, permits: permits)
      }
    }
  }

  func value(_ key: String) -> [UInt8]? {
    if case .hit(let value) = get(key) { value } else { nil }
  }

  func get(_ key: String) -> GetResult {
    Array(key.utf8).withUnsafeBytes { get($0, now: catalog.runtime.now) }
  }

  @discardableResult
  func remove(_ key: String) -> UInt64? { Array(key.utf8).withUnsafeBytes { remove($0) } }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Bytes that say what they are and look like nothing else.
func filler(_ seed: UInt64, _ count: Int) -> [UInt8] {
  let random = SeededRandom(seed: seed)
  return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

/// The numbers below `count` in a fixed disorder.
func shuffled(_ count: Int) -> [Int] {
  let random = SeededRandom(seed: 11)
  var numbers = Array(0..<count)
  for index in numbers.indices.dropFirst() { numbers.swapAt(index, random.below(index + 1)) }
  return numbers
}

/// Headers that this release would not write.
enum SegmentHeaderBytes {
  static func ofVersion(_ version: UInt16, number: UInt32) -> [UInt8] {
    var header = SegmentHeader(
      kind: .store, number: number, identity: 1, created: 0, word: 0, marksSyncs: false)
    header.version = version
    return header.bytes
  }
}
