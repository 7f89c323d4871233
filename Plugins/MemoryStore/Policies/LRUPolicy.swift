// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Least recently used: the entry whose last read or write is longest ago leaves.
final class LRUPolicy: EvictionPolicy {
  @exclusivity(unchecked) private var queue = MemberQueue()

  /// Creates an empty policy.
  init() {}

  func reserve(nodes: Int) { queue.reserve(nodes: nodes) }
  func resize(capacity: Int) {}

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    queue.append(node, weight: traits.weight)
  }

  func access(_ node: NodeIndex) { queue.moveToBack(node) }
  func remove(_ node: NodeIndex) { queue.remove(node) }
  func evict() -> NodeIndex? { queue.popFront() }
  func visitColdestFirst(_ body: (NodeIndex) -> Bool) { queue.visit(body) }
}
