// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@testable import FileStore

@Suite("Failing disks")
struct FaultTests {
  static let faults: [DiskFault] = [
    .error(.failed), .error(.full), .error(.interrupted), .short, .error(.readOnly),
  ]

  /// Runs a workload in which operations `range` fail, lets the fault end, and checks that reads
  /// were never older than promised, that the store recovers, and that a crash loses nothing.
  private func run(seed: UInt64, _ fault: DiskFault, at range: Range<Int>) throws -> Int {
    let rig = Rig(durability: .always, seed: seed)
    rig.disk.setFaults { index, operation in
      operation != .read && range.contains(index) ? fault : nil
    }
    let place = "seed \(seed), \(fault) at \(range)"
    guard let engine = try? rig.open() else {
      rig.disk.setFaults(nil)
      #expect(throws: Never.self, "\(place)") { try rig.open() }
      return rig.disk.operations
    }
    var workload = Workload(seed: seed)
    for _ in 0..<40 {
      workload.step(engine, { _ in }) { (try? $0.sync()) != nil }
      for key in 0..<Workload.keys {
        let value = engine.value(Workload.name(key))
        let isAllowed = value == nil || value == workload.promise.history[key].last
        #expect(isAllowed, "\(place): key \(key) \(workload.promise.describe(value, for: key))")
      }
    }
    let operations = rig.disk.operations
    rig.disk.setFaults(nil)
    rig.clock.advance(by: .seconds(2))
    for key in 0..<Workload.keys {
      #expect(engine.put(Workload.name(key), bytes("again")) != .unavailable, "\(place)")
    }
    #expect(throws: Never.self, "\(place)") { try engine.sync() }
    let left = Rig(rig.disk.image.afterPowerLoss(seed: seed), durability: .always, seed: 9)
    let again = try left.open()
    for key in 0..<Workload.keys {
      #expect(again.value(Workload.name(key)) == bytes("again"), "\(place)")
    }
    return operations
  }

  @Test(arguments: 0..<10)
  func `the n-th operation fails, for every n, in every way`(seed: UInt64) throws {
    let count = try run(seed: seed, .short, at: 0..<0)
    for number in 0..<count {
      for fault in Self.faults { _ = try run(seed: seed, fault, at: number..<number + 1) }
    }
  }

  @Test(arguments: 0..<10)
  func `the disk fails for a while from the n-th operation on`(seed: UInt64) throws {
    for number in stride(from: 0, to: 60, by: 3) {
      for fault in Self.faults where fault != .short {
        _ = try run(seed: seed, fault, at: number..<number + 12)
      }
    }
  }

  /// After a fault a crash must not bring back what a later acknowledged operation replaced.
  @Test(arguments: 0..<100)
  func `what was acknowledged after a fault survives a loss of power`(seed: UInt64) throws {
    let rig = Rig(durability: .always, seed: seed)
    let engine = try rig.open()
    var workload = Workload(seed: seed)
    let fault = Self.faults[Int(seed) % Self.faults.count]
    let first = rig.disk.operations + Int(seed) % 17
    rig.disk.setFaults { index, operation in
      operation != .read && (first..<first + 3).contains(index) ? fault : nil
    }
    for step in 0..<60 {
      if step % 10 == 9 { rig.clock.advance(by: .seconds(2)) }
      workload.step(engine, { _ in }) { (try? $0.sync()) != nil }
    }
    let rest = Rig(rig.disk.image.afterPowerLoss(seed: seed), durability: .always, seed: 8)
    let again = try rest.open()
    for key in 0..<Workload.keys {
      let value = again.value(Workload.name(key))
      let isAllowed = workload.promise.allows(value, for: key)
      #expect(isAllowed, "seed \(seed): \(key) \(workload.promise.describe(value, for: key))")
    }
  }

  @Test func `a full disk makes refusals and misses, and the store goes on when there is room`()
    throws
  {
    let rig = Rig(durability: .none)
    let engine = try rig.open()
    engine.put("before", bytes("there"))
    engine.flush()
    rig.disk.setCapacity(rig.disk.image.usedBytes + 2_000)
    var unavailable = 0
    for number in 0..<200 {
      let result = engine.put("key:\(number)", filler(UInt64(number), 200))
      if result == .unavailable { unavailable += 1 }
    }
    #expect(unavailable > 100)
    #expect(engine.value("before") == bytes("there"))
    #expect(engine.statistics.unavailable == unavailable && engine.statistics.lost > 0)
    rig.disk.setCapacity(.max)
    rig.clock.advance(by: .seconds(2))
    engine.put("after", bytes("room"))
    engine.flush()
    #expect(engine.value("after") == bytes("room"))
  }

  @Test func `a refused write takes the older value with it, also from the disk`() throws {
    let rig = Rig(durability: .none)
    let engine = try rig.open()
    engine.put("a", bytes("old"))
    engine.flush()
    rig.disk.setReadOnly(true)
    engine.put("b", bytes("x"))
    engine.flush()
    #expect(engine.put("a", bytes("new")) == .unavailable)
    #expect(engine.value("a") == nil)
    rig.disk.setReadOnly(false)
    rig.clock.advance(by: .seconds(2))
    engine.flush()
    engine.flush()
    #expect(try Rig(rig.disk.image).open().value("a") == nil)
  }

  @Test func `a read that the disk fails is a miss with a count, and later a hit`() throws {
    let rig = Rig()
    let engine = try rig.open()
    engine.put("a", bytes("x"))
    try engine.sync()
    rig.disk.setFaults { _, operation in operation == .read ? .error(.failed) : nil }
    #expect(engine.value("a") == nil)
    #expect(engine.statistics.readFailures == 1)
    rig.disk.setFaults { _, operation in operation == .read ? .short : nil }
    #expect(engine.value("a") == bytes("x"))
  }
}
