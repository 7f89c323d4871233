// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@testable import FileStore

@Suite("Damaged files")
struct DamageTests {
  /// A store with a few short records, one key written twice, and what its keys are.
  private func image(seed: UInt64, isClean: Bool) throws -> (DiskImage, [String: [UInt8]]) {
    let rig = Rig(durability: .always, seed: seed)
    let engine = try rig.open()
    var expected: [String: [UInt8]] = [:]
    engine.put("gone", [1, 2, 3])
    engine.remove("gone")
    for number in [0, 1, 0, 2] {
      let value = filler(seed &* 31 &+ UInt64(expected.count + number), 3 + Int(seed % 9))
      engine.put("k\(number)", value)
      expected["k\(number)"] = value
      try engine.sync()
    }
    // Puts a sync mark behind the last of them.
    engine.put("last", [])
    if isClean { engine.close() } else { engine.flush() }
    return (rig.disk.image, expected)
  }

  private func segment(_ image: DiskImage) throws -> String {
    try #require(image.paths.first { $0.hasSuffix(".segment") })
  }

  /// Opens the damaged image; no value may be wrong, and at most `loss` keys may be missing.
  private func check(
    _ image: DiskImage, _ expected: [String: [UInt8]], loss: Int, _ place: String
  ) throws {
    let engine = try Rig(image, durability: .always, seed: 4).open()
    var missing = 0
    for (key, value) in expected {
      let found = engine.value(key)
      if found == nil { missing += 1 }
      let isRight = found == nil || found == value
      #expect(isRight, "\(place): \(key)")
    }
    #expect(engine.value("gone") == nil, "\(place)")
    #expect(missing <= loss, "\(place): \(missing) keys are missing")
  }

  /// 24 files by default, 200 with `STRATA_DEPTH` set; a bit of every byte, or every bit.
  private static let depth = 24

  @Test(arguments: 0..<DamageTests.depth, [true, false])
  func `one flipped bit anywhere costs one record at most`(seed: Int, isClean: Bool) throws {
    let (image, expected) = try image(seed: UInt64(seed), isClean: isClean)
    let path = try segment(image)
    var intact = image
    intact["/store/index.snapshot"] = nil
    let count = intact[path]?.count ?? 0
    for bit in stride(from: seed % 8, to: count * 8, by: 5) {
      var damaged = intact
      damaged[path]?[bit / 8] ^= 1 << UInt8(bit % 8)
      try check(damaged, expected, loss: 1, "seed \(seed), clean \(isClean), bit \(bit)")
    }
  }

  @Test(arguments: 0..<10)
  func `a flipped bit in the snapshot costs nothing`(seed: Int) throws {
    let (image, expected) = try image(seed: UInt64(seed), isClean: true)
    let path = "/store/index.snapshot"
    let count = image[path]?.count ?? 0
    #expect(count > 0)
    for bit in stride(from: seed % 8, to: count * 8, by: 11) {
      var damaged = image
      damaged[path]?[bit / 8] ^= 1 << UInt8(bit % 8)
      try check(damaged, expected, loss: 0, "seed \(seed), bit \(bit)")
    }
  }

  @Test(arguments: 0..<10)
  func `a file cut at any length keeps the records before the cut`(seed: Int) throws {
    let rig = Rig(durability: .none, seed: UInt64(seed))
    let engine = try rig.open()
    var ends: [Int] = []
    for number in 0..<6 {
      engine.put("k\(number)", filler(UInt64(number), number * 7 + seed))
      engine.flush()
      ends.append(try #require(rig.disk.image[try segment(rig.disk.image)]).count)
    }
    let image = rig.disk.image
    let path = try segment(image)
    let whole = try #require(image[path])
    for length in 0...whole.count {
      var cut = image
      cut[path] = Array(whole[..<length])
      let engine = try Rig(cut, seed: 4).open()
      for number in 0..<6 {
        let expected = filler(UInt64(number), number * 7 + seed)
        let found = engine.value("k\(number)")
        if ends[number] <= length {
          #expect(found == expected, "seed \(seed), length \(length)")
        } else {
          #expect(found == nil || found == expected, "seed \(seed), length \(length)")
        }
      }
    }
  }

  @Test(arguments: 0..<30)
  func `noise in place of any stretch is never a value`(seed: Int) throws {
    let random = SeededRandom(seed: UInt64(seed))
    let (image, expected) = try image(seed: UInt64(seed), isClean: seed % 2 == 0)
    let path = try segment(image)
    for _ in 0..<100 {
      var damaged = image
      let count = image[path]?.count ?? 0
      let start = random.below(count)
      for index in start..<min(count, start + 1 + random.below(64)) {
        damaged[path]?[index] = UInt8(truncatingIfNeeded: random.next())
      }
      damaged["/store/index.snapshot"] = nil
      try check(damaged, expected, loss: 3, "seed \(seed)")
    }
  }

  @Test func `a segment of a later format is removed, and the others serve`() throws {
    var (image, expected) = try image(seed: 3, isClean: false)
    image["/store/0000000099.segment"] = SegmentHeaderBytes.ofVersion(2, number: 99)
    image["/store/0000000098.segment"] = filler(4, 500)
    image["/store/0000000097.segment"] = []
    image["/store/unrelated.txt"] = [1]
    let rig = Rig(image, durability: .always, seed: 4)
    let engine = try rig.open()
    for (key, value) in expected { #expect(engine.value(key) == value) }
    #expect(engine.statistics.unreadableFiles == 3)
    #expect(rig.disk.image.paths.contains("/store/unrelated.txt"))
    expected = [:]
  }

  @Test func `bytes of one segment are no records in another`() throws {
    let rig = Rig(durability: .none, seed: 1)
    let engine = try rig.open()
    engine.put("a", filler(1, 40))
    engine.close()
    let other = Rig(durability: .none, seed: 2)
    let second = try other.open()
    second.put("b", filler(2, 40))
    second.flush()
    var image = other.disk.image
    let path = try segment(image)
    let foreign = try #require(rig.disk.image[try segment(rig.disk.image)])
    image[path]? += foreign[128...]
    let engine2 = try Rig(image, seed: 3).open()
    #expect(engine2.value("a") == nil)
    #expect(engine2.value("b") == filler(2, 40))
  }
}
