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

  init(entries: Int, shards: Int) {
    let panel = ShadowPanel(capacity: entries * shards, recipes: AdaptivePolicy.recipes)
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

  /// Adopts a new number of entries per shard; the scores start anew where that changes the
  /// shadows.
  func resize(entries: Int) {
    panel.withLock { panel in
      guard panel.fullCapacity != entries * shards else { return }
      panel = ShadowPanel(capacity: entries * shards, recipes: AdaptivePolicy.recipes)
      shift.store(panel.shift, ordering: .relaxed)
    }
  }

  private func play(_ print: Fingerprint) {
    panel.withLock { panel in
      guard let better = panel.play(print, current: current) else { return }
      verdict.store(better, ordering: .relaxed)
    }
  }
}
