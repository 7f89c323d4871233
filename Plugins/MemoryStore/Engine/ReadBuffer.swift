// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch
internal import Synchronization

/// Remembers which nodes were read, until somebody holds the lock and can tell the policy.
///
/// One buffer per shard and stripe; a thread keeps to its stripe, so stores rarely meet. Nothing
/// here is exact: two threads on one stripe may overwrite each other, and a full buffer drops
/// reads. A policy lives well with a sample, and `skip` makes use of that: while nothing is being
/// evicted only one read in eight is recorded.
struct ReadBuffer: ~Copyable {
  static let capacity = 64

  /// How many reads were recorded since the last drain.
  private let count = Atomic<Int>(0)
  /// Hits that were counted here, and lookups that found nothing.
  let hits = Atomic<Int>(0)
  let misses = Atomic<Int>(0)
  private let nodes: UnsafeMutablePointer<Atomic<UInt32>>

  init() {
    nodes = .allocate(capacity: Self.capacity)
    UnsafeMutableRawPointer(nodes).initializeMemory(
      as: UInt8.self, repeating: 0, count: Self.capacity * 4)
  }

  deinit { nodes.deallocate() }

  /// Counts a hit and, unless it is skipped, records its node; true when the buffer is full.
  @inline(__always)
  func record(_ node: NodeIndex, skip: Int) -> Bool {
    let hit = hits.load(ordering: .relaxed) &+ 1
    hits.store(hit, ordering: .relaxed)
    guard hit & skip == 0 else { return false }
    let position = count.load(ordering: .relaxed)
    guard position < Self.capacity else { return true }
    nodes[position].store(node, ordering: .relaxed)
    count.store(position &+ 1, ordering: .relaxed)
    return position &+ 1 == Self.capacity
  }

  /// Counts a lookup that found nothing.
  @inline(__always)
  func recordMiss() { misses.store(misses.load(ordering: .relaxed) &+ 1, ordering: .relaxed) }

  /// Hands out what was recorded and starts anew.
  func drain(_ body: (NodeIndex) -> Void) {
    let filled = min(count.load(ordering: .relaxed), Self.capacity)
    for position in 0..<filled { body(nodes[position].load(ordering: .relaxed)) }
    count.store(0, ordering: .relaxed)
  }
}
