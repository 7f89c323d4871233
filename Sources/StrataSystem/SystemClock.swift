// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// The live clock: anchored to the wall clock once per process, monotonic from then on.
///
/// Timers fire on one thread that all clocks of the process share; it starts with the first timer
/// and sleeps until one is due. Actions run there one after the other, so each must be short.
public final class SystemClock: CacheClock {
  /// Creates the clock.
  public init() {}

  /// The moment, precisely.
  public var now: Timestamp { MonotonicTime.timestamp(MonotonicTime.now) }

  /// The moment as of the system's last tick.
  public var coarseNow: Timestamp { MonotonicTime.timestamp(MonotonicTime.coarseNow) }

  /// How far ``coarseNow`` may lag: two ticks of the system.
  public var coarseLag: Duration { .nanoseconds(MonotonicTime.coarseLag) }

  /// Calls `action` once at or after `time`, on the timer thread.
  public func schedule(
    at time: Timestamp, _ action: @escaping @Sendable () -> Void
  ) -> any CacheTimer {
    TimerThread.shared.schedule(at: MonotonicTime.monotonic(time), action)
  }
}
