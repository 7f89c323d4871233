// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The ends, length and total weight of one queue threaded through a ``NodeLinks``.
public struct NodeQueue: BitwiseCopyable, Sendable {
  /// The node that has been in the queue longest, or ``NodeLinks/none``.
  public internal(set) var front: NodeIndex = NodeLinks.none
  /// The node that came last, or ``NodeLinks/none``.
  public internal(set) var back: NodeIndex = NodeLinks.none
  /// The number of nodes.
  public internal(set) var count: Int = 0
  /// The sum of the weights of the nodes.
  public internal(set) var weight: Int = 0

  /// Creates an empty queue.
  public init() {}

  /// Whether the queue has no node.
  public var isEmpty: Bool { count == 0 }
}
