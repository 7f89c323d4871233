// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@testable import FileStore

@Suite("File engine")
struct FileEngineTests {
  @Test func `returns what was put, before and after it is written`() throws {
    let engine = try Rig().open()
    for number in 0..<200 { engine.put("key:\(number)", filler(UInt64(number), number)) }
    for number in 0..<200 {
      #expect(engine.value("key:\(number)") == filler(UInt64(number), number))
    }
    #expect(engine.value("key:200") == nil)
    #expect(engine.statistics.keys == 200)
  }

  @Test(arguments: [true, false])
  func `survives a restart, after a clean stop and after none`(isClean: Bool) throws {
    var rig = Rig()
    let engine = try rig.open()
    for number in 0..<200 { engine.put("key:\(number)", filler(UInt64(number), 100)) }
    for number in 0..<50 { engine.put("key:\(number)", filler(UInt64(number), 50)) }
    for number in 100..<120 { engine.remove("key:\(number)") }
    if isClean { engine.close() } else { try engine.sync() }
    rig = Rig(rig.disk.image)
    let again = try rig.open()
    #expect(again.statistics.keys == 180)
    for number in 0..<200 {
      let expected: [UInt8]? =
        number < 50
        ? filler(UInt64(number), 50)
        : (100..<120).contains(number) ? nil : filler(UInt64(number), 100)
      #expect(again.value("key:\(number)") == expected)
    }
  }

  @Test func `a clean stop leaves a snapshot that the next start uses and removes`() throws {
    let rig = Rig()
    let engine = try rig.open()
    for number in 0..<100 { engine.put("key:\(number)", filler(UInt64(number), 100)) }
    engine.close()
    #expect(rig.disk.image["/store/index.snapshot"] != nil)
    let again = Rig(rig.disk.image)
    #expect(try again.open().statistics.keys == 100)
    #expect(again.disk.image["/store/index.snapshot"] == nil)
  }

  @Test func `a snapshot that does not fit the segments is ignored`() throws {
    let rig = Rig()
    let engine = try rig.open()
    for number in 0..<20 { engine.put("key:\(number)", filler(UInt64(number), 10)) }
    engine.close()
    let stale = rig.disk.image["/store/index.snapshot"]
    let second = Rig(rig.disk.image)
    let later = try second.open()
    later.put("key:0", bytes("new"))
    later.remove("key:1")
    try later.sync()
    var image = second.disk.image
    image["/store/index.snapshot"] = stale
    let last = try Rig(image).open()
    #expect(last.value("key:0") == bytes("new"))
    #expect(last.value("key:1") == nil)
  }

  @Test func `an entry is gone at its expiry, to the nanosecond`() throws {
    let rig = Rig()
    let engine = try rig.open()
    engine.put("a", bytes("x"), expiry: rig.clock.now + .milliseconds(1_500))
    rig.clock.advance(by: .nanoseconds(1_499_999_999))
    #expect(engine.value("a") == bytes("x"))
    rig.clock.advance(by: .nanoseconds(1))
    #expect(engine.value("a") == nil)
  }

  @Test func `an older version of the same issuer is refused, of another it is not`() throws {
    let engine = try Rig().open()
    let newer = Version(issuer: 1, number: 9)
    engine.put("a", bytes("new"), version: newer)
    #expect(
      engine.put("a", bytes("old"), version: Version(issuer: 1, number: 8)) == .refused(.older))
    #expect(engine.value("a") == bytes("new"))
    engine.put("a", bytes("other"), version: Version(issuer: 2, number: 1))
    #expect(engine.value("a") == bytes("other"))
    engine.put("a", bytes("none"))
    #expect(engine.value("a") == bytes("none"))
  }

  @Test func `versions are remembered across a restart`() throws {
    let rig = Rig()
    let engine = try rig.open()
    engine.put("a", bytes("new"), version: Version(issuer: 0, number: 9))
    try engine.sync()
    let again = try Rig(rig.disk.image).open()
    let older = Version(issuer: 0, number: 8)
    #expect(again.put("a", bytes("old"), version: older) == .refused(.older))
  }

  @Test func `a revoked lease stores nothing`() throws {
    let engine = try Rig().open()
    engine.put("a", bytes("there"))
    #expect(engine.put("a", bytes("late"), permits: { false }) == .refused(.leaseRevoked))
    #expect(engine.value("a") == bytes("there"))
  }

  @Test func `a clear removes what begins with the prefix, now and after a restart`() throws {
    let rig = Rig()
    let engine = try rig.open()
    for number in 0..<50 {
      engine.put("users:\(number)", filler(1, 30))
      engine.put("users2:\(number)", filler(2, 30))
    }
    engine.clear(bytes("users:"))
    engine.put("users:7", bytes("later"))
    try engine.sync()
    for engine in [engine, try Rig(rig.disk.image).open()] {
      for number in 0..<50 {
        #expect(engine.value("users:\(number)") == (number == 7 ? bytes("later") : nil))
        #expect(engine.value("users2:\(number)") == filler(2, 30))
      }
    }
  }

  @Test func `a cleared entry does not keep an older version out`() throws {
    let engine = try Rig().open()
    engine.put("a:1", bytes("x"), version: Version(issuer: 1, number: 9))
    engine.clear(bytes("a:"))
    engine.put("a:1", bytes("y"), version: Version(issuer: 1, number: 8))
    #expect(engine.value("a:1") == bytes("y"))
  }

  @Test func `large values have a segment to themselves`() throws {
    let rig = Rig(capacity: 64 << 20)
    let engine = try rig.open()
    let large = filler(3, 3 << 20)
    engine.put("small", bytes("s"))
    engine.put("large", large)
    engine.put("after", bytes("a"))
    #expect(engine.value("large") == large)
    engine.flush()
    #expect(engine.value("large") == large)
    engine.close()
    let again = try Rig(rig.disk.image, capacity: 64 << 20).open()
    #expect(again.value("large") == large)
    #expect(again.value("after") == bytes("a"))
    #expect(again.put("huge", [UInt8](repeating: 0, count: 65 << 20)) == .refused(.tooLarge))
  }

  @Test func `many keys are read in one call, answers in the order of the keys`() throws {
    let engine = try Rig().open()
    for number in 0..<100 { engine.put("key:\(number)", filler(UInt64(number), 60)) }
    engine.flush()
    let order = shuffled(120)
    let keys = order.map { CacheKey(bytes: bytes("key:\($0)"), seed: 1) }
    let results = engine.get(keys, now: engine.catalog.runtime.now)
    for (number, result) in zip(order, results) {
      if case .hit(let value) = result {
        #expect(value == filler(UInt64(number), 60))
      } else {
        #expect(number >= 100)
      }
    }
  }

  @Test func `a second store is kept out of the directory, and let in after the first`() throws {
    let rig = Rig()
    let first = try rig.open()
    #expect { try rig.open() } throws: { ($0 as? DiskError)?.code == .locked }
    first.close()
    #expect(throws: Never.self) { try rig.open() }
  }

  @Test func `many short runs do not leave many files`() throws {
    var image = DiskImage()
    for run in 0..<50 {
      let rig = Rig(image)
      let engine = try rig.open()
      engine.put("key:\(run)", bytes("\(run)"))
      engine.close()
      image = rig.disk.image
    }
    #expect(image.paths.count { $0.hasSuffix(".segment") } < 4)
    let engine = try Rig(image).open()
    for run in 0..<50 { #expect(engine.value("key:\(run)") == bytes("\(run)")) }
  }

  @Test func `few descriptors are enough`() throws {
    var rig = Rig(capacity: 16 << 20)
    rig.shape.openFiles = 4
    let engine = try rig.open()
    for number in 0..<400 { engine.put("key:\(number)", filler(UInt64(number), 200)) }
    rig.disk.setMostOpenFiles(12)
    for number in 0..<400 {
      #expect(engine.value("key:\(number)") == filler(UInt64(number), 200))
    }
    #expect(rig.disk.openFiles <= 12)
  }
}
