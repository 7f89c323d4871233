// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// First in, first out: reads do not matter. The cheapest policy that still needs an order.
final class FIFOPolicy: EvictionPolicy {
  @exclusivity(unchecked) private var queue = MemberQueue()

  /// Creates an empty policy.
  init() {}

  func reserve(nodes: Int) { queue.reserve(nodes: nodes) }
  func resize(capacity: Int) {}

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    queue.append(node, weight: traits.weight)
  }

  func access(_ node: NodeIndex) {}

  /// A replaced entry keeps its place.
  func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    queue.substitute(old, with: node, weight: traits.weight)
  }

  func remove(_ node: NodeIndex) { queue.remove(node) }
  func evict() -> NodeIndex? { queue.popFront() }
  func visitColdestFirst(_ body: (NodeIndex) -> Bool) { queue.visit(body) }
}
