// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@testable import SegmentedLog

@Suite("Journal crashes")
struct JournalCrashTests {
  /// What had been promised at one moment.
  private struct Promise: Sendable {
    var attempted: [UInt64: [UInt8]] = [:]
    var acknowledged: Set<UInt64> = []
    var finished: UInt64 = 0
  }

  private final class Recording: Sendable {
    let promise = Lock(Promise())
    let moments = Lock<[(DiskImage, Promise)]>([])
  }

  /// One run of appending and finishing; faults may come from the disk.
  private func work(_ journal: Journal, seed: UInt64, _ recording: Recording) {
    let random = SeededRandom(seed: seed)
    for step in 0..<25 {
      if random.below(4) == 0 {
        let last = recording.promise.withLock { $0.acknowledged.max() ?? 0 }
        let through = random.below(last + 1)
        recording.promise.withLock { $0.finished = max($0.finished, through) }
        journal.finish(through: through)
        continue
      }
      let bodies = (0..<1 + random.below(3)).map {
        filler(seed &* 100 &+ UInt64(step) &* 4 &+ $0, Int(random.below(400)))
      }
      let first = journal.status.lastSequence + 1
      recording.promise.withLock { promise in
        for (index, body) in bodies.enumerated() {
          promise.attempted[first + UInt64(index)] = body
        }
      }
      guard let sequences = try? journal.appendNow(bodies) else { continue }
      recording.promise.withLock { $0.acknowledged.formUnion(sequences) }
    }
  }

  private func check(_ image: DiskImage, _ promise: Promise, _ place: String) throws {
    let journal = try openJournal(SimulatedDisk(image), seed: 77)
    let entries = try journal.read(after: 0, limit: .max)
    let found = Set(entries.map(\.sequence))
    let due = promise.acknowledged.filter { $0 > promise.finished }
    #expect(due.isSubset(of: found), "\(place): lost \(due.subtracting(found).sorted())")
    #expect(entries.map(\.sequence) == entries.map(\.sequence).sorted(), "\(place)")
    for entry in entries {
      let isRight = entry.body == promise.attempted[entry.sequence]
      #expect(isRight, "\(place): entry \(entry.sequence)")
    }
    let next = try journal.appendNow([[1]])
    #expect(next[0] > (promise.acknowledged.max() ?? 0), "\(place)")
    #expect(journal.status.damaged == 0, "\(place)")
  }

  @Test(arguments: 0..<200)
  func `a loss of power at every operation loses nothing that was acknowledged`(
    seed: UInt64
  ) throws {
    let disk = SimulatedDisk()
    let recording = Recording()
    disk.setWitness { _, image in
      let promise = recording.promise.withLock { $0 }
      recording.moments.withLock { $0.append((image, promise)) }
    }
    let journal = try openJournal(disk, seed: seed, segmentSize: 4 << 10)
    work(journal, seed: seed, recording)
    journal.close()
    for (number, (image, promise)) in recording.moments.withLock({ $0 }).enumerated() {
      let left = image.afterPowerLoss(seed: seed &* 991 &+ UInt64(number))
      try check(left, promise, "seed \(seed), operation \(number)")
      if number % 4 == 0 { try check(image.afterKill(), promise, "seed \(seed), kill \(number)") }
    }
  }

  @Test(arguments: 0..<10)
  func `the n-th operation fails, for every n: nothing acknowledged is lost`(
    seed: UInt64
  ) throws {
    let faults: [DiskFault] = [.error(.failed), .error(.full), .error(.interrupted), .short]
    for number in 0..<80 {
      for fault in faults {
        let disk = SimulatedDisk()
        disk.setFaults { index, operation in
          operation != .read && index == number ? fault : nil
        }
        let recording = Recording()
        guard let journal = try? openJournal(disk, seed: seed) else { continue }
        work(journal, seed: seed, recording)
        let promise = recording.promise.withLock { $0 }
        disk.setFaults(nil)
        #expect(throws: Never.self) { try journal.appendNow([filler(5, 5)]) }
        let delivered = try journal.read(after: 0, limit: .max)
        let due = promise.acknowledged.filter { $0 > promise.finished }
        #expect(due.isSubset(of: delivered.map(\.sequence)), "seed \(seed), \(fault) at \(number)")
        var final = promise
        if let last = delivered.last { final.attempted[last.sequence] = last.body }
        let left = disk.image.afterPowerLoss(seed: seed &+ UInt64(number))
        try check(left, final, "seed \(seed), \(fault) at \(number)")
      }
    }
  }

  @Test func `a failed sync is never taken for success`() throws {
    let disk = SimulatedDisk()
    let journal = try openJournal(disk)
    try journal.appendNow([filler(1, 10)])
    let fails = Lock(1)
    disk.setFaults { _, operation in
      guard operation == .sync else { return nil }
      return fails.withLock { left in
        defer { left -= 1 }
        return left > 0 ? .error(.failed) : nil
      }
    }
    #expect(throws: JournalError.self) { try journal.appendNow([filler(2, 10)]) }
    #expect(try journal.read(after: 1, limit: 9).isEmpty)
    let next = try journal.appendNow([filler(3, 10)])
    #expect(next == [3])
    let left = try openJournal(SimulatedDisk(disk.image.afterPowerLoss(seed: 1)), seed: 2)
    let entries = try left.read(after: 0, limit: 9)
    #expect(entries.map(\.sequence).contains(1) && entries.map(\.sequence).contains(3))
  }
}
