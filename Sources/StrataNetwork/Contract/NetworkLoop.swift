// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// The one thread of control on which everything about a connection happens.
///
/// Handlers run here, one callback after the other, so what belongs to one connection needs no
/// lock. A turn of the loop hands over what has arrived, runs timers, closures and jobs, and then
/// sends what each connection has gathered, in one write.
public protocol NetworkLoop: AnyObject, Sendable {
  /// Whether the caller runs on this loop.
  var isCurrent: Bool { get }

  /// Runs `action` on the loop: in order, and never inside this call.
  func execute(_ action: @escaping @Sendable () -> Void)

  /// Runs `action` on the loop once at or after `time`. May be called and cancelled from anywhere.
  func schedule(at time: Timestamp, _ action: @escaping @Sendable () -> Void) -> any CacheTimer

  /// The moment, by the clock that the loop's timers follow.
  var now: Timestamp { get }

  /// The executor that runs tasks on this loop, where it is one.
  ///
  /// A task that prefers it talks to the connection without changing threads: a round trip takes
  /// less than half of the time then, and requests of many tasks leave in one write.
  var taskExecutor: (any TaskExecutor)? { get }
}
