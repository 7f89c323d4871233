// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@testable import FileStore

/// The disk before every operation of a run, each with what had been promised by then.
final class Recording: Sendable {
  private struct State: Sendable {
    var promise = Workload.Promise()
    var moments: [(image: DiskImage, promise: Workload.Promise)] = []
  }

  private let state = Lock(State())

  var moments: [(image: DiskImage, promise: Workload.Promise)] { state.withLock { $0.moments } }

  func note(_ promise: Workload.Promise) { state.withLock { $0.promise = promise } }

  func note(_ image: DiskImage) {
    state.withLock { $0.moments.append((image, $0.promise)) }
  }

  func watch(_ disk: SimulatedDisk) {
    disk.setWitness { [self] _, image in note(image) }
  }
}

@Suite("Crashes")
struct CrashTests {
  /// Opens what is left and compares every key; then loses the power once more and compares again.
  private func check(
    _ image: DiskImage, _ promise: Workload.Promise, durability: FileDurability, evicting: Bool,
    capacity: Int, _ place: String
  ) throws {
    let rig = Rig(image, capacity: capacity, durability: durability, seed: 5)
    let engine = try rig.open()
    var found: [[UInt8]?] = []
    for key in 0..<Workload.keys {
      let value = engine.value(Workload.name(key))
      found.append(value)
      let isAllowed = promise.allows(value, for: key, losing: evicting)
      #expect(isAllowed, "\(place): key \(key) is in \(promise.describe(value, for: key))")
    }
    guard durability == .always, !evicting else { return }
    let second = Rig(rig.disk.image.afterPowerLoss(seed: 3), durability: durability, seed: 6)
    let again = try second.open()
    for key in 0..<Workload.keys {
      #expect(again.value(Workload.name(key)) == found[key], "\(place), again: key \(key)")
    }
  }

  private func record(
    seed: UInt64, steps: Int, capacity: Int = 16 << 20, durability: FileDurability,
    longest: Int = 300, acknowledge: (FileEngine) -> Bool
  ) throws -> [(image: DiskImage, promise: Workload.Promise)] {
    let rig = Rig(capacity: capacity, durability: durability, seed: seed)
    let recording = Recording()
    recording.watch(rig.disk)
    let engine = try rig.open()
    var workload = Workload(seed: seed)
    workload.longest = longest
    for _ in 0..<steps {
      workload.step(engine, recording.note, acknowledge: acknowledge)
    }
    engine.close()
    recording.note(rig.disk.image)
    return recording.moments
  }

  @Test(arguments: 0..<200)
  func `a loss of power at every operation loses nothing that was synced`(seed: UInt64) throws {
    let moments = try record(seed: seed, steps: 30, durability: .always) { engine in
      (try? engine.sync()) != nil
    }
    for (number, moment) in moments.enumerated() {
      let image = moment.image.afterPowerLoss(seed: seed &* 1_000 &+ UInt64(number))
      try check(
        image, moment.promise, durability: .always, evicting: false, capacity: 16 << 20,
        "seed \(seed), operation \(number)")
    }
  }

  @Test(arguments: 0..<40)
  func `a kill at every operation loses nothing that was flushed`(seed: UInt64) throws {
    let moments = try record(seed: seed, steps: 40, durability: .none) { engine in
      engine.flush()
      return true
    }
    for (number, moment) in moments.enumerated() {
      try check(
        moment.image.afterKill(), moment.promise, durability: .none, evicting: false,
        capacity: 16 << 20, "seed \(seed), operation \(number)")
    }
  }

  @Test(arguments: 0..<12)
  func `a crash during eviction and compaction brings nothing old back`(seed: UInt64) throws {
    let capacity = 64 << 10
    let moments = try record(
      seed: seed, steps: 500, capacity: capacity, durability: .always, longest: 900
    ) { engine in (try? engine.sync()) != nil }
    for (number, moment) in moments.enumerated() where number % 5 == Int(seed % 5) {
      let image = moment.image.afterPowerLoss(seed: seed &* 7_000 &+ UInt64(number))
      try check(
        image, moment.promise, durability: .always, evicting: true, capacity: capacity,
        "seed \(seed), operation \(number)")
    }
  }
}
