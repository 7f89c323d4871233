// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// What was told, and a way to wait for more of it.
public final class Record<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var waiters: [(isEnough: @Sendable ([Element]) -> Bool, CheckedContinuation<Void, Never>)] = []
  }

  private let state = Lock(State())

  /// Nothing told yet.
  public init() {}

  /// Everything so far.
  public var all: [Element] { state.withLock { $0.elements } }

  /// Tells of one more.
  public func add(_ element: Element) {
    let ready = state.withLock { state in
      state.elements.append(element)
      let elements = state.elements
      let ready = state.waiters.filter { $0.isEnough(elements) }
      state.waiters.removeAll { $0.isEnough(elements) }
      return ready.map(\.1)
    }
    for waiter in ready { waiter.resume() }
  }

  /// Waits until what was told is enough.
  public func wait(until isEnough: @escaping @Sendable ([Element]) -> Bool) async {
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if isEnough(state.elements) { return true }
        state.waiters.append((isEnough, continuation))
        return false
      }
      if isDone { continuation.resume() }
    }
  }
}
