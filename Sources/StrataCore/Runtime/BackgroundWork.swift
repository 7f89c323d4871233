// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The work that one cache does behind its callers' backs: refreshes, finished loads, writes
/// behind.
///
/// Counted and capped, and waited for on shutdown, so that nothing is started and forgotten.
public final class BackgroundWork: Sendable {
  private struct Delayed {
    var timer: (any CacheTimer)?
    var label: StaticString
    var operation: @Sendable () async -> Void
  }

  private struct State {
    var running: [UInt64: (any SpawnedTask)?] = [:]
    var delayed: [UInt64: Delayed] = [:]
    var next: UInt64 = 0
    var isClosed = false
    var idle: [UnsafeContinuation<Void, Never>] = []
  }

  private let state = Lock(State())
  private let runtime: CacheRuntime
  private let capacity: Int

  /// Creates the home of at most `capacity` concurrent pieces of work.
  public init(runtime: CacheRuntime, capacity: Int = 10_000) {
    self.runtime = runtime
    self.capacity = capacity
  }

  /// How many pieces run.
  public var count: Int { state.withLock { $0.running.count } }

  /// Starts a piece of work; `false` when there is too much already or the cache shuts down.
  @discardableResult
  public func start(
    _ label: StaticString, _ operation: @escaping @Sendable () async -> Void
  ) -> Bool {
    let capacity = capacity
    let number = state.withLock { state -> UInt64? in
      guard !state.isClosed, state.running.count < capacity else { return nil }
      state.next += 1
      state.running[state.next] = .some(nil)
      return state.next
    }
    guard let number else { return false }
    let task = runtime.tasks.spawn(label) {
      await operation()
      self.end(number)
    }
    state.withLock { state in
      if state.running[number] != nil { state.running[number] = .some(task) }
    }
    return true
  }

  /// Starts a piece of work after a pause, or at once when the cache shuts down before that;
  /// `false` when it shuts down already or too much waits.
  @discardableResult
  public func start(
    _ label: StaticString, after pause: Duration, _ operation: @escaping @Sendable () async -> Void
  ) -> Bool {
    let capacity = capacity
    let number = state.withLock { state -> UInt64? in
      guard !state.isClosed, state.delayed.count < capacity else { return nil }
      state.next += 1
      state.delayed[state.next] = Delayed(label: label, operation: operation)
      return state.next
    }
    guard let number else { return false }
    let timer = runtime.clock.schedule(at: runtime.now + pause) { self.startDelayed(number) }
    state.withLock { $0.delayed[number]?.timer = timer }
    return true
  }

  private func startDelayed(_ number: UInt64) {
    guard let work = state.withLock({ $0.delayed.removeValue(forKey: number) }) else { return }
    work.timer?.cancel()
    start(work.label, work.operation)
  }

  /// Takes no more work, waits for what runs until `deadline`, and cancels the rest. What waits for
  /// its time is done at once.
  ///
  /// Returns how many pieces had to be cancelled.
  public func close(by deadline: Timestamp) async -> Int {
    for number in state.withLock({ $0.delayed.keys.sorted() }) { startDelayed(number) }
    let forgotten = state.withLock { state in
      defer { (state.isClosed, state.delayed) = (true, [:]) }
      return state.delayed.values.map(\.timer)
    }
    for timer in forgotten { timer?.cancel() }
    try? await runtime.run("drain background work", until: deadline) { await self.untilIdle() }
    let left = state.withLock { Array($0.running.values) }
    for task in left { task?.cancel() }
    return left.count
  }

  /// Waits until nothing runs.
  public func untilIdle() async {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let isIdle = state.withLock { state in
        if !state.running.isEmpty { state.idle.append(continuation) }
        return state.running.isEmpty
      }
      if isIdle { continuation.resume() }
    }
  }

  private func end(_ number: UInt64) {
    let idle = state.withLock { state -> [UnsafeContinuation<Void, Never>] in
      state.running[number] = nil
      guard state.running.isEmpty else { return [] }
      defer { state.idle = [] }
      return state.idle
    }
    for continuation in idle { continuation.resume() }
  }
}
