// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What one thread did to one key, and when: between two ticks of a clock that all threads share.
struct RegisterCall: Sendable {
  enum Kind: Sendable, Equatable {
    case put(Int)
    /// A read and what it saw.
    case get(Int?)
    /// A removal and whether there was something.
    case remove(Bool)
  }

  var kind: Kind
  var began: UInt64
  var ended: UInt64
}

/// All calls on one key, and whether some order of them explains what they returned.
///
/// The order must respect time: a call that ended before another began comes first. Looked for by
/// trying (Wing and Gong), with a memory of the states that led nowhere (Lowe). Exponential in the
/// calls that overlap; at most 64 calls.
struct RegisterHistory: Sendable {
  private struct State: Hashable {
    var done: UInt64
    var value: Int?
  }

  var calls: [RegisterCall]

  /// Whether the history is that of a register.
  var isLinearizable: Bool {
    precondition(calls.count <= 64)
    let sorted = calls.sorted { $0.began < $1.began }
    var hopeless: Set<State> = []
    return Self.search(sorted, State(done: 0, value: nil), &hopeless)
  }

  private static func search(
    _ calls: [RegisterCall], _ state: State, _ hopeless: inout Set<State>
  ) -> Bool {
    if state.done == .max >> UInt64(64 - calls.count) { return true }
    if hopeless.contains(state) { return false }
    // Whatever began after the first of the open calls has ended cannot come before that one.
    var firstEnd = UInt64.max
    for (index, call) in calls.enumerated() where state.done & 1 << UInt64(index) == 0 {
      guard call.began < firstEnd else { break }
      firstEnd = min(firstEnd, call.ended)
    }
    for (index, call) in calls.enumerated() where state.done & 1 << UInt64(index) == 0 {
      guard call.began <= firstEnd else { break }
      guard let value = value(after: call.kind, of: state.value) else { continue }
      let next = State(done: state.done | 1 << UInt64(index), value: value)
      if search(calls, next, &hopeless) { return true }
    }
    hopeless.insert(state)
    return false
  }

  /// The value after a call on `value`; `nil` where the call could not have returned what it did.
  private static func value(after kind: RegisterCall.Kind, of value: Int?) -> Int?? {
    switch kind {
    case .put(let new): return .some(new)
    case .get(let seen): return seen == value ? .some(value) : nil
    case .remove(let wasThere): return wasThere == (value != nil) ? .some(nil) : nil
    }
  }
}
