// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// No eviction: a full store refuses new entries until some expire or are removed.
final class NonePolicy: EvictionPolicy {
  private var isInserted = Column(filler: false)

  /// Creates the policy.
  init() {}

  func reserve(nodes: Int) { isInserted.reserve(nodes) }
  func resize(capacity: Int) {}
  func insert(_ node: NodeIndex, _ traits: EntryTraits) { isInserted[node] = true }
  func access(_ node: NodeIndex) {}
  func remove(_ node: NodeIndex) { isInserted[node] = false }
  func evict() -> NodeIndex? { nil }

  func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    for node in 0..<UInt32(isInserted.count) where isInserted[node] {
      guard body(node) else { return }
    }
  }
}
