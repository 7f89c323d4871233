// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Which generation is current, and which was the highest ever: a new one is above both.
struct GenerationState: Sendable, Equatable {
  var current = 0
  var highest = 0
  /// Grows with every move, so that nodes agree on which is the latest.
  var moves = 0
}

/// The generations of one cache. Kept when the plan is reloaded.
final class GenerationHistory: Sendable {
  private struct State {
    var generation = GenerationState()
    var isKnown = false
  }

  private let lock = Lock(State())
  private let keys: KeyGeneration

  init(_ keys: KeyGeneration) { self.keys = keys }

  var state: GenerationState { lock.withLock { $0.generation } }

  /// Whether the store has been read, or nothing was kept there.
  var isKnown: Bool { lock.withLock { $0.isKnown } }

  /// Begins at `first`, unless that is behind.
  func begin(at first: Int) {
    let state = state
    guard first > state.highest else { return }
    set(GenerationState(current: first, highest: first, moves: state.moves))
  }

  /// The later of what is known here and what a store keeps.
  func merged(with kept: GenerationState?) -> GenerationState {
    let own = state
    guard let kept else { return own }
    var latest = kept.moves >= own.moves ? kept : own
    latest.highest = max(own.highest, kept.highest)
    // A plan that begins above all that was kept has been raised on purpose.
    if own.current > kept.highest { latest.current = own.current }
    return latest
  }

  func adopt(_ kept: GenerationState?) {
    set(merged(with: kept))
    lock.withLock { $0.isKnown = true }
  }

  func move(to state: GenerationState) {
    set(state)
    lock.withLock { $0.isKnown = true }
  }

  private func set(_ state: GenerationState) {
    lock.withLock { lock in
      lock.generation = state
      keys.move(to: state.current)
    }
  }
}
