// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Lets one change of a key follow the other: whoever has the turn of a key has it alone.
///
/// First come, first served, for each key by itself. Whoever wants several keys gets their turns in
/// one order that all agree on, so nobody waits in a circle. A task that is cancelled while it
/// waits leaves the line.
public final class KeyTurns: Sendable {
  private struct Waiter {
    var number: UInt64
    var continuation: UnsafeContinuation<Void, any Error>
  }

  private struct State {
    /// A key is here while somebody has its turn; with those who wait for it.
    var lines: [CacheKey: [Waiter]] = [:]
    var next: UInt64 = 0
  }

  private let state = Lock(State())

  /// Creates turns that nobody has.
  public init() {}

  /// How many keys somebody has the turn of.
  public var count: Int { state.withLock { $0.lines.count } }

  /// Runs `body` in the turns of all `keys`.
  public nonisolated(nonsending) func run<Result>(
    _ keys: Batch<CacheKey>, _ body: () async throws -> Result
  ) async throws -> Result {
    if keys.count == 1, let key = keys.first {
      try await take(key)
      defer { leave(key) }
      return try await body()
    }
    var held: [CacheKey] = []
    defer { for key in held { leave(key) } }
    for key in Self.inOrder(keys) {
      try await take(key)
      held.append(key)
    }
    return try await body()
  }

  private static func inOrder(_ keys: Batch<CacheKey>) -> [CacheKey] {
    Set(keys).sorted { left, right in
      left.hash != right.hash
        ? left.hash < right.hash : left.bytes.lexicographicallyPrecedes(right.bytes)
    }
  }

  private nonisolated(nonsending) func take(_ key: CacheKey) async throws {
    let number = state.withLock { state -> UInt64? in
      if state.lines[key] == nil {
        state.lines[key] = []
        return nil
      }
      state.next += 1
      return state.next
    }
    guard let number else { return }
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        wait(Waiter(number: number, continuation: continuation), for: key)
      }
    } onCancel: {
      giveUp(number, key)
    }
  }

  private func wait(_ waiter: Waiter, for key: CacheKey) {
    let isFree = state.withLock { state in
      guard state.lines[key] != nil else {
        state.lines[key] = []
        return true
      }
      state.lines[key]?.append(waiter)
      return false
    }
    if isFree { return waiter.continuation.resume() }
    // A cancellation that came before the waiter stood in line found nobody there.
    if Task.isCancelled { giveUp(waiter.number, key) }
  }

  private func giveUp(_ number: UInt64, _ key: CacheKey) {
    let waiter = state.withLock { state -> Waiter? in
      guard let index = state.lines[key]?.firstIndex(where: { $0.number == number }) else {
        return nil
      }
      return state.lines[key]?.remove(at: index)
    }
    waiter?.continuation.resume(throwing: CancellationError())
  }

  private func leave(_ key: CacheKey) {
    let next = state.withLock { state -> Waiter? in
      guard var line = state.lines[key], !line.isEmpty else {
        state.lines[key] = nil
        return nil
      }
      let next = line.removeFirst()
      state.lines[key] = line
      return next
    }
    next?.continuation.resume()
  }
}
