// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// The live task spawner: unstructured tasks of the concurrency runtime.
public final class SystemTasks: TaskSpawner {
  private let executor: (any TaskExecutor)?

  /// Creates a spawner whose tasks prefer `executor`, or the shared pool where it is `nil`.
  public init(executor: (any TaskExecutor)? = nil) { self.executor = executor }

  /// Starts `operation` as a task named `label`.
  @discardableResult
  public func spawn(
    _ label: StaticString, _ operation: @escaping @Sendable () async -> Void
  ) -> any SpawnedTask {
    SystemTask(
      task: Task(name: label.description, executorPreference: executor) { await operation() })
  }

  /// Runs `work` on one of a few threads that are kept for what blocks.
  public func runBlocking(_ label: StaticString, _ work: @escaping @Sendable () -> Void) {
    BlockingWork.shared.run(work)
  }
}

private struct SystemTask: SpawnedTask {
  let task: Task<Void, Never>

  func cancel() { task.cancel() }
  func wait() async { await task.value }
}
