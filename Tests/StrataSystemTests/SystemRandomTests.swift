// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataSystem
import Testing

@Suite("System random") struct SystemRandomTests {
  @Test func `numbers drawn on several threads at once are all different`() async {
    let random = SystemRandom()
    let numbers = await withTaskGroup(of: [UInt64].self) { group in
      for _ in 0..<4 { group.addTask { (0..<25_000).map { _ in random.next() } } }
      return await group.reduce(into: Set<UInt64>()) { $0.formUnion($1) }
    }
    #expect(numbers.count == 100_000)
  }

  @Test func `two sources differ`() {
    #expect(SystemRandom().next() != SystemRandom().next())
  }

  @Test func `every bit is set about half of the time`() {
    let random = SystemRandom()
    let draws = 100_000
    var counts = [Int](repeating: 0, count: 64)
    for _ in 0..<draws {
      let number = random.next()
      for bit in 0..<64 where number >> UInt64(bit) & 1 == 1 { counts[bit] += 1 }
    }
    // Eight standard deviations: one failure in 10^13 runs.
    for count in counts { #expect(abs(count - draws / 2) < 1_265) }
  }

  @Test func `bounded numbers fill their range evenly`() {
    let random = SystemRandom()
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 { counts[Int(random.below(10))] += 1 }
    for count in counts { #expect(abs(count - 10_000) < 760) }
    #expect(random.below(0) == 0)
    #expect((0..<1_000).allSatisfy { _ in (0..<1).contains(random.unit()) })
  }
}
