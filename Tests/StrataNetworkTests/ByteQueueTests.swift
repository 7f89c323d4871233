// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataNetwork
import Testing

@Suite("Byte queue") struct ByteQueueTests {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func `any mix of appending and consuming agrees with an array`(seed: UInt64) {
    var random = SplitMix(state: seed)
    var queue = ByteQueue()
    var model: [UInt8] = []
    for _ in 0..<500 {
      if random.next() % 2 == 0 {
        let first = UInt8(truncatingIfNeeded: random.next())
        let bytes = [first] + [UInt8](repeating: first &+ 1, count: Int(random.next() % 3_000))
        queue.append(bytes)
        model += bytes
      } else {
        let count = Int(random.next() % 4_000)
        queue.consume(count)
        model.removeFirst(min(count, model.count))
      }
      let isSame = queue.withUnsafeBytes { Array($0) == model }
      #expect(isSame, "seed \(seed)")
    }
  }

  @Test func `what a filler says it wrote is held to the room it had`() {
    var queue = ByteQueue()
    queue.append(minimum: 10) { room in
      room.copyBytes(from: [1, 2, 3])
      return 3
    }
    queue.append(minimum: 10) { _ in -5 }
    let bytes = queue.withUnsafeBytes { Array($0) }
    #expect(bytes == [1, 2, 3])
    let kept = queue.append(minimum: 1) { _ in .max }
    #expect(kept < 10_000)
  }
}

struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
