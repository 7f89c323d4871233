// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The background work of a pipeline's stages: started in order, drained and stopped in reverse.
final class StageRunner: Sendable {
  private let stages: [any CacheStage]
  private let context: CacheContext
  private let running = Lock<[(id: StageID, task: any SpawnedTask)]>([])

  init(stages: [any CacheStage], context: CacheContext) {
    self.stages = stages
    self.context = context
  }

  func start() {
    for stage in stages {
      let id = type(of: stage).id
      let context = context
      let task = context.runtime.tasks.spawn("stage") {
        do {
          try await stage.run()
        } catch is CancellationError {
        } catch {
          context.report(
            .error, "background work failed", source: id.name,
            details: [("error", "\(type(of: error))")])
        }
      }
      running.withLock { $0.append((id, task)) }
    }
  }

  func stop(by deadline: Timestamp) async -> [StageID] {
    var late: [StageID] = []
    for stage in stages.reversed() {
      let isInTime = await finishes(by: deadline) { await stage.drain() }
      if !isInTime { late.append(type(of: stage).id) }
    }
    _ = await context.background.close(by: deadline)
    for (id, task) in running.withLock({ $0 }).reversed() {
      task.cancel()
      let isInTime = await finishes(by: deadline) { await task.wait() }
      if !isInTime, !late.contains(id) { late.append(id) }
    }
    running.withLock { $0 = [] }
    return late
  }

  private func finishes(
    by deadline: Timestamp, _ operation: @escaping @Sendable () async -> Void
  ) async -> Bool {
    do {
      try await context.runtime.run("drain", until: deadline) { await operation() }
      return true
    } catch {
      return false
    }
  }
}
