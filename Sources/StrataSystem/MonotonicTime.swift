// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif
package import StrataCore

/// The system's clocks in nanoseconds, and the one anchor that ties them to the wall clock.
///
/// The anchor is taken once per process, so all live clocks of a process agree, and a step of the
/// wall clock (an operator, NTP) moves nothing. The monotonic clock stands still while the machine
/// sleeps; entries then live longer by that much.
package enum MonotonicTime {
  /// The monotonic clock, precisely.
  @inline(__always) package static var now: Int64 { read(precise) }

  /// The monotonic clock as of the system's last tick: six times cheaper.
  @inline(__always) package static var coarseNow: Int64 { read(coarse) }

  /// How far ``coarseNow`` may lag: two ticks of the system.
  ///
  /// One tick is what the system promises. The second covers a tick that fires late. A virtual
  /// machine that is stopped for longer sees both clocks stand still with it.
  package static let coarseLag: Int64 = 2 * tick

  /// What to add to the monotonic clock for nanoseconds since 1970.
  package static let anchor: Int64 = read(CLOCK_REALTIME) - now

  /// The moment of a monotonic reading.
  package static func timestamp(_ monotonic: Int64) -> Timestamp {
    Timestamp(nanoseconds: anchor &+ monotonic)
  }

  /// The monotonic reading of a moment; saturates at both ends.
  package static func monotonic(_ time: Timestamp) -> Int64 {
    if time == .distantFuture { return .max }
    let (value, overflow) = time.nanoseconds.subtractingReportingOverflow(anchor)
    return overflow ? .min : value
  }

  #if os(Linux)
    private static let precise = CLOCK_MONOTONIC
    private static let coarse = CLOCK_MONOTONIC_COARSE
  #else
    private static let precise = CLOCK_MONOTONIC_RAW
    private static let coarse = CLOCK_MONOTONIC_RAW_APPROX
  #endif

  private static let tick: Int64 = {
    var resolution = timespec()
    let known = clock_getres(coarse, &resolution) == 0
    // Darwin reports the resolution of the hardware, not of the approximation.
    return max(known ? nanoseconds(resolution) : 0, 4_000_000)
  }()

  @inline(__always) private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return nanoseconds(time)
  }

  @inline(__always) private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
