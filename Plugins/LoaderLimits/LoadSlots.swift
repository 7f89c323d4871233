// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The right to load, for so many at a time; the others wait in their order.
///
/// A loader that reads the same cache again, and so would wait for itself, goes on without a second
/// slot.
final class LoadSlots: Sendable {
  /// Where somebody stands who got a number and not yet a slot.
  private enum Place {
    /// Got the number, and has not sat down yet.
    case coming
    case waiting(UnsafeContinuation<Void, any Error>)
    /// Got a slot before sitting down.
    case granted
    /// Was cancelled before sitting down.
    case left
  }

  private struct State {
    var limit: LoadLimit
    var running = 0
    var places: [UInt64: Place] = [:]
    /// How many places are `coming` or `waiting`.
    var waiting = 0
    var first: UInt64 = 0
    var next: UInt64 = 0
    /// How long a load takes, by those that ended of late, in nanoseconds.
    var usualTime: Double?
  }

  private enum Entry {
    case granted
    case refused(String)
    case waits(UInt64)
  }

  private let state: Lock<State>
  private let queue: Int
  private let runtime: CacheRuntime

  @TaskLocal private static var held: [ObjectIdentifier] = []

  init(_ limit: LoadLimit, queue: Int, runtime: CacheRuntime) {
    state = Lock(State(limit: limit))
    self.queue = queue
    self.runtime = runtime
  }

  var load: (running: Int, waiting: Int, limit: Int) {
    state.withLock { ($0.running, $0.waiting, $0.limit.whole) }
  }

  /// Runs a load in a slot, or throws an `overloaded` ``CacheError`` where it would not end by
  /// `deadline`, or too many wait already.
  func run<Result: Sendable>(
    until deadline: Timestamp?, _ load: () async throws -> Result
  ) async throws -> Result {
    if Self.held.contains(ObjectIdentifier(self)) { return try await load() }
    try await acquire(until: deadline)
    let began = runtime.now
    do {
      let result = try await Self.$held.withValue(Self.held + [ObjectIdentifier(self)]) {
        try await load()
      }
      release(began, isGood: true)
      return result
    } catch {
      release(began, isGood: error is LoadSignal ? true : error is CancellationError ? nil : false)
      throw error
    }
  }

  // MARK: In

  private func acquire(until deadline: Timestamp?) async throws {
    switch enter(until: deadline, now: runtime.now) {
    case .granted: return
    case .refused(let why): throw CacheError(.overloaded, why)
    case .waits(let number): try await wait(number)
    }
  }

  private func enter(until deadline: Timestamp?, now: Timestamp) -> Entry {
    let queue = queue
    return state.withLock { state in
      if state.running < state.limit.whole, state.waiting == 0 {
        if Self.isTooLate(deadline, now, state, ahead: nil) {
          return .refused("A load would not end before the caller's deadline.")
        }
        state.running += 1
        return .granted
      }
      guard state.waiting < queue else { return .refused("Too many loads wait already.") }
      if Self.isTooLate(deadline, now, state, ahead: state.waiting) {
        return .refused("The wait for a load would be longer than the caller's deadline.")
      }
      defer { state.next += 1 }
      state.places[state.next] = .coming
      state.waiting += 1
      return .waits(state.next)
    }
  }

  /// Whether a load with so many waiting before it (`nil`: it could begin now) would end too late,
  /// as far as one can tell from the loads that ended of late.
  private static func isTooLate(
    _ deadline: Timestamp?, _ now: Timestamp, _ state: borrowing State, ahead: Int?
  ) -> Bool {
    guard let deadline else { return false }
    if now >= deadline { return true }
    // What can begin now is tried: how else would one learn that the source is faster again.
    guard let ahead, let usual = state.usualTime else { return false }
    let rounds = Double(ahead + 1) / Double(state.limit.whole) + 1
    return now.advanced(byNanoseconds: Int64(min(usual * rounds, 9e18))) > deadline
  }

  private func wait(_ number: UInt64) async throws {
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        switch sitDown(number, continuation) {
        case .success: continuation.resume()
        case .failure(let error): continuation.resume(throwing: error)
        case nil: break
        }
      }
    } onCancel: {
      leave(number)
    }
  }

  /// What came before the continuation stood there, or nothing: then it waits.
  private func sitDown(
    _ number: UInt64, _ continuation: UnsafeContinuation<Void, any Error>
  ) -> Result<Void, any Error>? {
    state.withLock { state in
      switch state.places[number] {
      case .granted:
        state.places[number] = nil
        return .success(())
      case .coming:
        state.places[number] = .waiting(continuation)
        return nil
      case .left, .waiting, nil:
        state.places[number] = nil
        return .failure(CancellationError())
      }
    }
  }

  private func leave(_ number: UInt64) {
    let continuation = state.withLock { state -> UnsafeContinuation<Void, any Error>? in
      switch state.places[number] {
      case .coming:
        state.places[number] = .left
        state.waiting -= 1
        return nil
      case .waiting(let continuation):
        state.places[number] = nil
        state.waiting -= 1
        return continuation
      case .granted, .left, nil: return nil
      }
    }
    continuation?.resume(throwing: CancellationError())
  }

  // MARK: Out

  /// `isGood` is `nil` for a load that its caller gave up, which says nothing about the source.
  private func release(_ began: Timestamp, isGood: Bool?) {
    let now = runtime.now
    let time = Double((now - began).saturatingNanoseconds)
    state.withLock { state in
      if let isGood {
        state.limit.note(time, isGood: isGood, running: state.running, now: now)
        state.usualTime = state.usualTime.map { $0 * 0.9 + time * 0.1 } ?? time
      }
      state.running -= 1
    }
    wake()
  }

  /// Gives free slots to those who have waited longest.
  private func wake() {
    let lucky = state.withLock { state in Self.grant(&state) }
    for continuation in lucky { continuation.resume() }
  }

  private static func grant(_ state: inout State) -> [UnsafeContinuation<Void, any Error>] {
    var lucky: [UnsafeContinuation<Void, any Error>] = []
    while state.running < state.limit.whole, state.first < state.next {
      defer { state.first += 1 }
      switch state.places[state.first] {
      case .coming: state.places[state.first] = .granted
      case .waiting(let continuation):
        state.places[state.first] = nil
        lucky.append(continuation)
      case .granted, .left, nil: continue
      }
      state.waiting -= 1
      state.running += 1
    }
    return lucky
  }
}
