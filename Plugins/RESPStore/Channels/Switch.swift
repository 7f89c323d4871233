// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization

/// Something that is turned off once.
final class Switch: Sendable {
  private let state = Atomic(false)

  var isOff: Bool { state.load(ordering: .acquiring) }

  /// Turns it off; `false` where it was off before.
  func turnOff() -> Bool { !state.exchange(true, ordering: .acquiringAndReleasing) }
}
