// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// A result on its way from a loop to the task that waits for it.
///
/// A plain continuation would do, but where it is resumed before its task has suspended, Thread
/// Sanitizer sees no order between the two sides and reports whatever was handed over as a race.
/// The lock around the value shows it the order. `NB:` re-check on toolchains newer than Swift 6.3.
package struct Handover<Value: Sendable>: Sendable {
  private final class Slot: Sendable {
    let value = Lock<Value?>(nil)
  }

  private let slot: Slot
  private let continuation: UnsafeContinuation<Void, Never>

  /// Calls `start` with a handover and waits until it is finished.
  package static func wait(
    isolation: isolated (any Actor)? = #isolation, _ start: (Handover<Value>) -> Void
  ) async -> Value {
    let slot = Slot()
    await withUnsafeContinuation { start(Handover(slot: slot, continuation: $0)) }
    guard let value = slot.value.withLock({ $0 }) else { fatalError("finished without a value") }
    return value
  }

  /// Ends the wait. Call it exactly once.
  package func finish(_ value: Value) {
    slot.value.withLock { $0 = value }
    continuation.resume()
  }
}
