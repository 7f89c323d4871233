// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// First in, first out: reads do not matter. The cheapest policy that still needs an order.
final class FIFOPolicy: EvictionPolicy {
  @exclusivity(unchecked) private var links = NodeLinks()
  @exclusivity(unchecked) private var queue = NodeQueue()
  @exclusivity(unchecked) private var isInserted = Column(filler: false)

  /// Creates an empty policy.
  init() {}

  func reserve(nodes: Int) {
    links.reserve(nodes: nodes)
    isInserted.reserve(nodes)
  }

  func resize(capacity: Int) {}

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    links.setWeight(traits.weight, of: node)
    links.append(node, to: &queue)
    isInserted[node] = true
  }

  func access(_ node: NodeIndex) {}

  /// A replaced entry keeps its place.
  func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    guard old != node else { return }
    isInserted[old] = false
    isInserted[node] = true
    links.setWeight(traits.weight, of: node)
    links.substitute(old, with: node, in: &queue)
  }

  func remove(_ node: NodeIndex) {
    guard isInserted[node] else { return }
    isInserted[node] = false
    links.remove(node, from: &queue)
  }

  func evict() -> NodeIndex? {
    guard let node = links.popFront(&queue) else { return nil }
    isInserted[node] = false
    return node
  }

  func visitColdestFirst(_ body: (NodeIndex) -> Bool) { links.visit(queue, body) }
}
