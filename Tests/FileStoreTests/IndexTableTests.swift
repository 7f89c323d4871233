// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import StrataTesting
import Testing

@testable import FileStore

@Suite("Index table")
struct IndexTableTests {
  private func slot(_ digest: UInt64, _ version: UInt64 = 0) -> IndexSlot {
    IndexSlot(
      digest: digest, version: version, place: LogPlace(segment: 1, offset: 128),
      expiry: .distantFuture, length: 64, kind: .value)
  }

  @Test(arguments: 0..<20)
  func `holds what a dictionary holds, whatever is inserted and removed`(seed: Int) {
    let random = SeededRandom(seed: UInt64(seed))
    // Few distinct digests make long runs, at the end of the table too.
    let spread = [UInt64(1) << 20, 1 << 40, .max][seed % 3]
    var table = IndexTable(shardBits: 6)
    var model: [UInt64: UInt64] = [:]
    for step in 0..<3_000 {
      let top: UInt64 = seed % 2 == 0 ? 0x03FF_FFFF_FFF0_0000 : 0
      let digest = (random.next() % spread | top) & 0x03FF_FFFF_FFFF_FFFF | 1
      if let index = table.find(digest) {
        #expect(model[digest] == table[index].version, "seed \(seed)")
        if random.below(2) == 0 {
          table.remove(index)
          model[digest] = nil
        } else {
          table[index] = slot(digest, UInt64(step))
          model[digest] = UInt64(step)
        }
      } else {
        #expect(model[digest] == nil, "seed \(seed)")
        table.insert(slot(digest, UInt64(step)))
        model[digest] = UInt64(step)
      }
    }
    #expect(table.count == model.count)
    var last: UInt64 = 0
    var seen = 0
    table.forEach { slot in
      #expect(slot.digest > last)
      last = slot.digest
      seen += model[slot.digest] == slot.version ? 1 : 0
    }
    #expect(seen == model.count)
    for digest in model.keys { #expect(table.find(digest) != nil, "seed \(seed)") }
  }

  @Test func `a slot takes at most forty bytes of the index, at every size`() {
    let random = SeededRandom(seed: 7)
    let index = FileIndex()
    for count in 1...200_000 {
      index.set(slot(random.next() | 1))
      guard count > 30_000, count % 1_000 == 0 else { continue }
      // The spare slots of sixty-four shards are counted apart: 128 KiB in all.
      let spare = 64 * 64 * MemoryLayout<IndexSlot>.stride
      #expect(index.memory - spare <= 40 * index.count)
    }
  }

  @Test func `a slot keeps every field apart`() {
    var slot = IndexSlot(
      digest: 5, version: .max, place: LogPlace(segment: 7, offset: 4096),
      expiry: Timestamp(nanoseconds: 1_500_000_001), length: 1 << 26, kind: .tombstone)
    slot.heat = 2
    #expect(slot.length == 1 << 26 && slot.kind == .tombstone && slot.heat == 2)
    #expect(slot.logPlace.segment == 7 && slot.logPlace.offset == 4096)
    #expect(!slot.isExpired(at: Timestamp(nanoseconds: 1_999_999_999)))
    #expect(slot.isExpired(at: Timestamp(nanoseconds: 2_000_000_000)))
    #expect(MemoryLayout<IndexSlot>.stride == 32)
  }
}
