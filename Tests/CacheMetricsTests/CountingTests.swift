// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

@testable import CacheMetrics
import Dispatch
import Strata
import StrataTesting
import Testing

@Suite("Counting")
struct CountingTests {
  @Test func `counters of many threads add up to the last one`() {
    let table = SeriesTable(capacity: 4)
    DispatchQueue.concurrentPerform(iterations: 40) { thread in
      let series = table.series(thread % 2 == 0 ? nil : "odd")
      for _ in 0..<20_000 { series.countFastHit() }
    }
    let sums = table.all.map { $0.series.requests().reduce(0) { $0 + $1.count } }
    #expect(sums == [400_000, 400_000, 0])
  }

  @Test func `new labels may come from many threads at once`() {
    let table = SeriesTable(capacity: 8)
    DispatchQueue.concurrentPerform(iterations: 64) { thread in
      for round in 0..<1000 { table.series("label-\((thread + round) % 16)").countFastHit() }
    }
    #expect(table.all.count == 10)
    let sum = table.all.reduce(0) { $0 + $1.series.requests().reduce(0) { $0 + $1.count } }
    #expect(sum == 64_000)
  }

  @Test func `every time lies within one percent of the middle of its bucket`() {
    let random = SeededRandom(seed: 11)
    var last = -1
    for exponent in 0..<42 {
      for _ in 0..<200 {
        let time = (1 << UInt64(exponent)) + random.below(1 << UInt64(exponent))
        let middle = LatencyHistogram.middle(of: LatencyHistogram.bucket(of: time))
        #expect(Double(middle) >= Double(time) * 0.99 && Double(middle) <= Double(time) * 1.01)
      }
      let bucket = LatencyHistogram.bucket(of: 1 << UInt64(exponent))
      #expect(bucket > last)
      last = bucket
    }
    #expect(LatencyHistogram.bucket(of: .max) == LatencyHistogram.bucketCount - 1)
    #expect(LatencyHistogram.bucket(of: 0) == 0)
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `quantiles agree with the sorted list within one percent`(seed: UInt64) {
    let random = SeededRandom(seed: seed)
    let histogram = LatencyHistogram()
    // Skewed, as latencies are: uniform in the exponent.
    let times = (0..<20_000).map { _ in (1 << random.below(36)) + random.below(1 << 20) }
    for time in times { histogram.record(.nanoseconds(Int64(time))) }
    let sorted = times.sorted()
    let summary = histogram.summary()
    for part in [0.001, 0.25, 0.5, 0.95, 0.99, 0.999, 1] {
      let exact = Double(sorted[max(0, Int((part * 20_000).rounded(.up)) - 1)])
      let found = Double(summary.quantile(part)?.saturatingNanoseconds ?? -1)
      #expect(abs(found - exact) <= exact * 0.01, "seed \(seed): \(part) is \(found), not \(exact)")
    }
  }

  @Test func `nothing has no quantiles`() {
    #expect(LatencyHistogram().summary().p99 == nil)
    let late = LatencyHistogram()
    late.record(.seconds(-5))
    #expect(late.summary().p50 == .zero)
  }
}
