// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Where concurrent work starts: nothing in a cache starts a task by any other way.
///
/// A task started directly would not inherit a simulation's executor and so escape its seed.
public protocol TaskSpawner: AnyObject, Sendable {
  /// Starts `operation` concurrently. `label` names the work in diagnostics.
  @discardableResult
  func spawn(
    _ label: StaticString, _ operation: @escaping @Sendable () async -> Void
  ) -> any SpawnedTask

  /// Runs `work`, which may block its thread for as long as it likes, where it holds up nobody
  /// else. Default: like any other work.
  func runBlocking(_ label: StaticString, _ work: @escaping @Sendable () -> Void)
}

extension TaskSpawner {
  /// Starts it as a task.
  public func runBlocking(_ label: StaticString, _ work: @escaping @Sendable () -> Void) {
    spawn(label) { work() }
  }
}

/// Work that was started.
public protocol SpawnedTask: Sendable {
  /// Asks the work to stop.
  func cancel()
  /// Waits until the work has ended.
  func wait() async
}
