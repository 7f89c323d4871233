// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

/// How often something took how long, in buckets whose width is at most 1/64 of what they hold.
///
/// The middle of a bucket is therefore within 0.8% of everything in it, from a nanosecond to 73
/// minutes; what took longer counts as that. 2,432 buckets, 19 KiB, one atomic add to count one.
final class LatencyHistogram: @unchecked Sendable {
  // Sendable: the memory is fixed, and consists of atomics.
  static let octave = 64
  static let bucketCount = 38 * octave
  private let buckets: UnsafeMutablePointer<Atomic<UInt64>>
  private let total = Atomic<UInt64>(0)

  init() {
    buckets = .allocate(capacity: Self.bucketCount)
    UnsafeMutableRawPointer(buckets).initializeMemory(
      as: UInt8.self, repeating: 0, count: Self.bucketCount * 8)
  }

  deinit { buckets.deallocate() }

  /// The bucket of a time in nanoseconds: the first 128 hold one each, then 64 for every doubling.
  static func bucket(of nanoseconds: UInt64) -> Int {
    let shift = max(0, 57 - nanoseconds.leadingZeroBitCount)
    return min(shift * octave + Int(truncatingIfNeeded: nanoseconds >> UInt64(shift)), last)
  }

  private static let last = bucketCount - 1

  /// The middle of a bucket.
  static func middle(of bucket: Int) -> UInt64 {
    guard bucket >= 2 * octave else { return UInt64(bucket) }
    let shift = UInt64(bucket / octave - 1)
    let low = UInt64(bucket % octave + octave) << shift
    return low + (1 << shift) / 2
  }

  /// Counts one.
  func record(_ duration: Duration) {
    let nanoseconds = UInt64(max(0, duration.saturatingNanoseconds))
    buckets[Self.bucket(of: nanoseconds)].add(1, ordering: .relaxed)
    total.wrappingAdd(nanoseconds, ordering: .relaxed)
  }

  /// What was counted so far.
  func summary() -> LatencySummary {
    let counts = (0..<Self.bucketCount).map { buckets[$0].load(ordering: .relaxed) }
    return LatencySummary(
      counts: counts, sum: .nanoseconds(Int64(clamping: total.load(ordering: .relaxed))))
  }
}
