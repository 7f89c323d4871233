// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension EventLoop: SerialExecutor, TaskExecutor {
  /// Runs `job` on the loop.
  public func enqueue(_ job: consuming ExecutorJob) { submit(.job(UnownedJob(job))) }

  /// The loop as the executor of an actor.
  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  /// The loop as the executor that a task prefers.
  public func asUnownedTaskExecutor() -> UnownedTaskExecutor {
    UnownedTaskExecutor(ordinary: self)
  }

  /// Whether the caller is isolated to the loop.
  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Stops the process where code of the loop's actors runs elsewhere.
  public func checkIsolated() {
    precondition(isCurrent, "not on the event loop")
  }
}
