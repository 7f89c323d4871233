// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One queue of nodes that knows which nodes are in it: all that a policy of a single order needs.
public struct MemberQueue: ~Copyable {
  private var links = NodeLinks()
  private var queue = NodeQueue()
  private var isMember = Column(filler: false)

  /// Creates an empty queue.
  public init() {}

  /// Makes room for indices below `nodes`.
  public mutating func reserve(nodes: Int) {
    links.reserve(nodes: nodes)
    isMember.reserve(nodes)
  }

  /// Puts a node that is not in the queue at the back.
  public mutating func append(_ node: NodeIndex, weight: UInt32) {
    links.setWeight(weight, of: node)
    links.append(node, to: &queue)
    isMember[node] = true
  }

  /// Moves a node to the back, if it is in the queue.
  public mutating func moveToBack(_ node: NodeIndex) {
    if isMember[node] { links.moveToBack(node, of: &queue) }
  }

  /// Puts `node` in the place of `old`, which is in the queue.
  public mutating func substitute(_ old: NodeIndex, with node: NodeIndex, weight: UInt32) {
    guard old != node else { return }
    isMember[old] = false
    isMember[node] = true
    links.setWeight(weight, of: node)
    links.substitute(old, with: node, in: &queue)
  }

  /// Takes a node out, if it is in the queue.
  public mutating func remove(_ node: NodeIndex) {
    guard isMember[node] else { return }
    isMember[node] = false
    links.remove(node, from: &queue)
  }

  /// Takes out and returns the node at the front.
  public mutating func popFront() -> NodeIndex? {
    guard let node = links.popFront(&queue) else { return nil }
    isMember[node] = false
    return node
  }

  /// Visits the nodes from the front until `body` returns false.
  public func visit(_ body: (NodeIndex) -> Bool) { links.visit(queue, body) }
}
