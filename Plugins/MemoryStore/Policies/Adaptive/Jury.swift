// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

/// The shadows that all shards of one store share, and their verdict.
///
/// A shard asks without the lock whether a key is watched; in a store of 100,000 entries one access
/// in 256 is. The verdict is an index that shards read whenever they record an access.
final class Jury: Sendable {
  private let panel: Lock<ShadowPanel>
  private let verdict = Atomic<Int>(0)
  private let shift: Atomic<UInt32>
  private let shards: Int

  init(capacity: Int, shards: Int) {
    let panel = ShadowPanel(capacity: capacity * shards, recipes: AdaptivePolicy.recipes)
    shift = Atomic(panel.shift)
    self.shards = shards
    self.panel = Lock(panel)
  }

  /// The recipe to run.
  @inline(__always)
  var current: Int { verdict.load(ordering: .relaxed) }

  /// Takes note of an access.
  @inline(__always)
  func hear(_ print: Fingerprint) {
    if ShadowPanel.isWatched(print, shift: shift.load(ordering: .relaxed)) { play(print) }
  }

  /// Adopts a new capacity per shard; the scores start anew where that changes the shadows.
  func resize(capacity: Int) {
    panel.withLock { panel in
      guard panel.fullCapacity != capacity * shards else { return }
      panel = ShadowPanel(capacity: capacity * shards, recipes: AdaptivePolicy.recipes)
      shift.store(panel.shift, ordering: .relaxed)
    }
  }

  /// Follows a better estimate of the number of entries, which each shard makes on its own: only
  /// where it is off by more than a factor of two, so that shards do not undo each other's.
  func adjust(capacity: Int) {
    let wanted = capacity * shards
    let known = panel.withLock { $0.fullCapacity }
    if wanted > known * 2 || wanted < known / 2 { resize(capacity: capacity) }
  }

  private func play(_ print: Fingerprint) {
    panel.withLock { panel in
      guard let better = panel.play(print, current: current) else { return }
      verdict.store(better, ordering: .relaxed)
    }
  }
}
