// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@testable import FileStore

@Suite("Reclaiming space")
struct ReclaimTests {
  private func rig(_ capacity: Int = 256 << 10) -> Rig {
    Rig(capacity: capacity, segmentSize: 16 << 10, chunkSize: 2 << 10, durability: .none)
  }

  private func segmentBytes(_ image: DiskImage) -> Int {
    image.paths.filter { $0.hasSuffix(".segment") }.reduce(0) { $0 + (image[$1]?.count ?? 0) }
  }

  @Test func `files never take more than the capacity`() throws {
    let rig = rig()
    let engine = try rig.open()
    for number in 0..<5_000 {
      engine.put("key:\(number)", filler(UInt64(number), number % 700))
      if number % 50 == 0 { #expect(segmentBytes(rig.disk.image) <= 256 << 10) }
    }
    let statistics = engine.statistics
    #expect(statistics.evictions > 3_000)
    #expect(statistics.keys > 300)
    #expect(engine.value("key:4999") == filler(4_999, 4_999 % 700))
  }

  @Test func `what is read survives, what is not goes`() throws {
    let engine = try rig().open()
    for number in 0..<40 { engine.put("hot:\(number)", filler(UInt64(number), 300)) }
    for number in 0..<4_000 {
      engine.put("cold:\(number)", filler(UInt64(number), 300))
      if number % 8 == 0 { for hot in 0..<40 { _ = engine.value("hot:\(hot)") } }
    }
    for number in 0..<40 { #expect(engine.value("hot:\(number)") == filler(UInt64(number), 300)) }
    #expect(engine.value("cold:0") == nil)
  }

  @Test(arguments: [1, 5, 20, 60, 100])
  func `a byte is written one and a half times at most`(hotPercent: Int) throws {
    let rig = rig()
    let engine = try rig.open()
    let random = SeededRandom(seed: 3)
    for number in 0..<8_000 {
      let key = random.below(100) < hotPercent ? random.below(30) : random.below(5_000)
      engine.put("key:\(key)", filler(UInt64(number), 200 + random.below(300)))
      for _ in 0..<3 { _ = engine.value("key:\(random.below(600))") }
    }
    let statistics = engine.statistics
    #expect(Double(rig.disk.writtenBytes) <= 1.5 * Double(statistics.writtenBytes))
    #expect(segmentBytes(rig.disk.image) <= 256 << 10)
  }

  @Test func `space of overwritten records comes back before live ones are dropped`() throws {
    let engine = try rig().open()
    // A third of the store is written once and never read; a few keys are written all the time.
    for number in 0..<250 { engine.put("still:\(number)", filler(UInt64(number), 300)) }
    for number in 0..<6_000 { engine.put("busy:\(number % 20)", filler(UInt64(number), 300)) }
    let kept = (0..<250).count { engine.value("still:\($0)") == filler(UInt64($0), 300) }
    for number in 5_980..<6_000 {
      #expect(engine.value("busy:\(number % 20)") == filler(UInt64(number), 300))
    }
    #expect(kept == 250)
  }

  @Test func `removals hold through compaction and a restart`() throws {
    let rig = rig()
    let engine = try rig.open()
    let random = SeededRandom(seed: 9)
    var model: [Int: [UInt8]] = [:]
    for number in 0..<6_000 {
      let key = random.below(400)
      if random.below(3) == 0 {
        engine.remove("key:\(key)")
        model[key] = nil
      } else {
        let value = filler(UInt64(number), 200 + random.below(200))
        engine.put("key:\(key)", value)
        model[key] = value
      }
      guard number % 1_000 == 999 else { continue }
      engine.flush()
      let again = try Rig(rig.disk.image, capacity: 256 << 10, segmentSize: 16 << 10, seed: 3)
        .open()
      for engine in [engine, again] {
        for key in 0..<400 {
          let found = engine.value("key:\(key)")
          #expect(found == nil || found == model[key])
        }
      }
    }
    #expect(engine.statistics.rewrittenBytes > 0)
  }

  @Test func `a clear holds when its own segment is compacted`() throws {
    let rig = rig()
    let engine = try rig.open()
    for number in 0..<100 { engine.put("old:\(number)", filler(UInt64(number), 200)) }
    engine.clear(bytes("old:"))
    for number in 0..<3_000 { engine.put("busy:\(number % 10)", filler(UInt64(number), 300)) }
    engine.flush()
    for engine in [engine, try Rig(rig.disk.image, capacity: 256 << 10, seed: 3).open()] {
      for number in 0..<100 { #expect(engine.value("old:\(number)") == nil) }
    }
  }
}
