// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Least recently used: the entry whose last read or write is longest ago leaves.
final class LRUPolicy: EvictionPolicy {
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

  func access(_ node: NodeIndex) {
    if isInserted[node] { links.moveToBack(node, of: &queue) }
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
