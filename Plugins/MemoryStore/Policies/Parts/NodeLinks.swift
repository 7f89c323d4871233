// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The links of doubly linked queues over node indices: 8 bytes per node, plus 4 once a weight
/// other than 1 is seen.
///
/// A node is in at most one queue at a time; which one is for the owner to remember.
public struct NodeLinks: ~Copyable {
  /// The index that stands for "no node".
  public static var none: NodeIndex { .max }

  private struct Link: BitwiseCopyable {
    var previous: NodeIndex = .max
    var next: NodeIndex = .max
  }

  private var links = Column(filler: Link())
  private var weights = Column<UInt32>(filler: 1)
  private var isWeighted = false

  /// Creates links for no node.
  public init() {}

  /// Makes room for indices below `nodes`.
  public mutating func reserve(nodes: Int) {
    links.reserve(nodes)
    if isWeighted { weights.reserve(nodes) }
  }

  /// Sets the weight of a node that is in no queue.
  public mutating func setWeight(_ weight: UInt32, of node: NodeIndex) {
    if !isWeighted {
      if weight == 1 { return }
      isWeighted = true
      weights.reserve(links.count)
    }
    weights[node] = weight
  }

  /// The weight of a node.
  @inline(__always)
  public func weight(of node: NodeIndex) -> Int { isWeighted ? Int(weights[node]) : 1 }

  /// The node behind `node`, nearer to the back of its queue.
  @inline(__always)
  public func next(of node: NodeIndex) -> NodeIndex { links[node].next }

  /// The node before `node`, nearer to the front of its queue.
  @inline(__always)
  public func previous(of node: NodeIndex) -> NodeIndex { links[node].previous }

  /// Puts a node that is in no queue at the back.
  @inline(__always)
  public func append(_ node: NodeIndex, to queue: inout NodeQueue) {
    links[node] = Link(previous: queue.back, next: Self.none)
    if queue.back == Self.none {
      queue.front = node
    } else {
      links[queue.back].next = node
    }
    queue.back = node
    queue.count += 1
    queue.weight += weight(of: node)
  }

  /// Takes a node out of the queue it is in.
  @inline(__always)
  public func remove(_ node: NodeIndex, from queue: inout NodeQueue) {
    let link = links[node]
    if link.previous == Self.none {
      queue.front = link.next
    } else {
      links[link.previous].next = link.next
    }
    if link.next == Self.none {
      queue.back = link.previous
    } else {
      links[link.next].previous = link.previous
    }
    queue.count -= 1
    queue.weight -= weight(of: node)
  }

  /// Takes out and returns the node at the front.
  @inline(__always)
  public func popFront(_ queue: inout NodeQueue) -> NodeIndex? {
    guard queue.front != Self.none else { return nil }
    let node = queue.front
    remove(node, from: &queue)
    return node
  }

  /// Moves a node to the back of the queue it is in.
  @inline(__always)
  public func moveToBack(_ node: NodeIndex, of queue: inout NodeQueue) {
    guard queue.back != node else { return }
    remove(node, from: &queue)
    append(node, to: &queue)
  }

  /// Puts `node`, which is in no queue, where `old` is.
  public func substitute(_ old: NodeIndex, with node: NodeIndex, in queue: inout NodeQueue) {
    let link = links[old]
    queue.weight += weight(of: node) - weight(of: old)
    links[node] = link
    if link.previous == Self.none { queue.front = node } else { links[link.previous].next = node }
    if link.next == Self.none { queue.back = node } else { links[link.next].previous = node }
  }

  /// Visits a queue from the front until `body` returns false; tells whether it got to the end.
  @discardableResult
  public func visit(_ queue: NodeQueue, _ body: (NodeIndex) -> Bool) -> Bool {
    var node = queue.front
    while node != Self.none {
      let following = next(of: node)
      guard body(node) else { return false }
      node = following
    }
    return true
  }
}
