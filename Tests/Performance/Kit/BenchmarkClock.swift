// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The time by which benchmarks measure: nanoseconds that only grow.
public enum BenchmarkClock {
  /// The nanoseconds now, straight from the system: about 25 ns a call.
  public static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// Takes a value and does nothing with it, in a way that the optimiser cannot see through.
@inline(never) @_optimize(none)
public func blackHole<Value>(_ value: borrowing Value) {}
