// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One pass over a list of keys: paced, with so many loads at a time, until it ends or must.
struct WarmingRun: Sendable {
  let limits: WarmingLimits
  let runtime: CacheRuntime
  let note: @Sendable (WarmingProgress) -> Void

  /// Warms each key; `warm` returns whether it had to be loaded.
  func run(
    _ keys: [String], _ warm: @escaping @Sendable (String) async throws -> Bool
  ) async -> WarmingProgress {
    var progress = WarmingProgress()
    progress.total = keys.count
    progress.began = runtime.now
    await withTaskGroup(of: Bool?.self) { group in
      var running = 0
      for key in keys {
        if running == limits.concurrency, let one = await group.next() {
          running -= 1
          take(one, &progress)
        }
        guard shouldGoOn(&progress) else { break }
        running += 1
        group.addTask { try? await warm(key) }
        let pause = limits.pace.pause(after: runtime.now - progress.began)
        do { try await runtime.clock.sleep(for: pause) } catch { progress.aborted = .cancelled }
      }
      if progress.aborted != nil { group.cancelAll() }
      for await one in group { take(one, &progress) }
    }
    progress.ended = runtime.now
    note(progress)
    return progress
  }

  private func take(_ loaded: Bool?, _ progress: inout WarmingProgress) {
    switch loaded {
    case true: progress.loaded += 1
    case false: progress.found += 1
    default: progress.failed += 1
    }
    note(progress)
  }

  private func shouldGoOn(_ progress: inout WarmingProgress) -> Bool {
    if progress.aborted != nil { return false }
    if Task.isCancelled { progress.aborted = .cancelled }
    if let longest = limits.longest, runtime.now - progress.began >= longest {
      progress.aborted = .time
    }
    // Of a few, some may fail; of many, a source that fails must be left alone.
    let failed = Int64(progress.failed) * 1_000_000_000
    if progress.done >= WarmingLimits.fewest,
      failed > limits.failures.billionths * Int64(progress.done)
    {
      progress.aborted = .failures
    }
    return progress.aborted == nil
  }
}

/// What bounds a run.
struct WarmingLimits: Sendable {
  /// Of how many keys at least failures are a sign.
  static let fewest = 10
  let pace: WarmingPace
  let concurrency: Int
  let failures: Fraction
  let longest: Duration?
}
