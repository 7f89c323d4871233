// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Work that several callers wait for: started once, shared by all, cancelled when all have left.
///
/// A caller that is cancelled or whose deadline passes leaves without touching the others. The work
/// is cancelled when the last one leaves, unless somebody asked for it to be finished with
/// ``keep()``. Whoever wants to wait first takes a place with ``enter()``, synchronously, so that
/// no work is cancelled between being found and being waited for.
public final class SharedWork<Value: Sendable>: Sendable {
  private struct State {
    var places = 0
    var waiting: [Int: Waiter] = [:]
    var nextWaiter = 0
    var result: Result<Value, any Error>?
    var task: (any SpawnedTask)?
    var isKept = false
    var isAbandoned = false
  }

  private struct Waiter {
    var continuation: UnsafeContinuation<Value, any Error>
    var timer: (any CacheTimer)?
  }

  private let state = Lock(State())
  private let runtime: CacheRuntime

  /// Creates work that is not started yet.
  public init(runtime: CacheRuntime) { self.runtime = runtime }

  /// Starts the work. Call it once.
  public func start(
    _ label: StaticString, _ operation: @escaping @Sendable () async throws -> Value
  ) {
    let task = runtime.tasks.spawn(label) {
      do { self.finish(.success(try await operation())) } catch { self.finish(.failure(error)) }
    }
    let isAbandoned = state.withLock { state in
      state.task = task
      return state.isAbandoned
    }
    if isAbandoned { task.cancel() }
  }

  /// Takes a place among those who wait; `false` if the work was given up by all before.
  ///
  /// Whoever took a place gives it back, by ``value(until:)`` or by ``leave()``.
  public func enter() -> Bool {
    state.withLock { state in
      if state.isAbandoned { return false }
      state.places += 1
      return true
    }
  }

  /// Gives back a place taken with ``enter()`` without waiting.
  public func leave() { giveBackPlace() }

  /// Asks for the work to be finished even when nobody waits any more.
  public func keep() { state.withLock { $0.isKept = true } }

  /// How many callers wait or have taken a place.
  public var places: Int { state.withLock { $0.places } }

  /// Waits for the result, in a place taken with ``enter()``, which this gives back.
  ///
  /// Throws `CancellationError` when the calling task is cancelled, and a `deadline-exceeded`
  /// ``CacheError`` when `deadline` passes first.
  public func value(until deadline: Timestamp? = nil) async throws -> Value {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    defer { giveBackPlace() }
    return try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        wait(number, continuation, until: deadline)
      }
    } onCancel: {
      leave(number, throwing: CancellationError())
    }
  }

  private func wait(
    _ number: Int, _ continuation: UnsafeContinuation<Value, any Error>, until deadline: Timestamp?
  ) {
    let result = state.withLock { state in
      if state.result == nil { state.waiting[number] = Waiter(continuation: continuation) }
      return state.result
    }
    if let result { return continuation.resume(with: result) }
    // A cancellation that came before the continuation stood there found nobody to wake.
    if Task.isCancelled { return leave(number, throwing: CancellationError()) }
    guard let deadline else { return }
    let timer = runtime.clock.schedule(at: deadline) {
      self.leave(number, throwing: CacheError(.deadlineExceeded, "The wait's deadline passed."))
    }
    let isWaiting = state.withLock { state in
      state.waiting[number]?.timer = timer
      return state.waiting[number] != nil
    }
    if !isWaiting { timer.cancel() }
  }

  private func leave(_ number: Int, throwing error: any Error) {
    let waiter = state.withLock { $0.waiting.removeValue(forKey: number) }
    waiter?.timer?.cancel()
    waiter?.continuation.resume(throwing: error)
  }

  private func giveBackPlace() {
    let abandoned = state.withLock { state -> (any SpawnedTask)? in
      state.places -= 1
      guard state.places == 0, state.result == nil, !state.isKept else { return nil }
      state.isAbandoned = true
      return state.task
    }
    abandoned?.cancel()
  }

  private func finish(_ result: Result<Value, any Error>) {
    let waiters = state.withLock { state in
      state.result = result
      state.task = nil
      defer { state.waiting = [:] }
      return state.waiting
    }
    // In the order in which they came, so that a simulation replays.
    for (_, waiter) in waiters.sorted(by: { $0.key < $1.key }) {
      waiter.timer?.cancel()
      waiter.continuation.resume(with: result)
    }
  }
}

extension CacheRuntime {
  /// Runs `operation` until `deadline`, after which it is cancelled and the caller goes on at once.
  ///
  /// The operation runs in a task of its own, so that one which ignores cancellation cannot hold
  /// the caller. Without a deadline it simply runs.
  public func run<Value: Sendable>(
    _ label: StaticString, until deadline: Timestamp?,
    _ operation: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    guard let deadline else { return try await operation() }
    let work = SharedWork<Value>(runtime: self)
    _ = work.enter()
    work.start(label, operation)
    return try await work.value(until: deadline)
  }
}
