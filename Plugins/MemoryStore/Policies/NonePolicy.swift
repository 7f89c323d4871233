// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// No eviction: a full store refuses new entries until some expire or are removed.
public final class NonePolicy: EvictionPolicy {
  private var isInserted = Column(filler: false)

  /// Creates the policy.
  public init() {}

  public func reserve(nodes: Int) { isInserted.reserve(nodes) }
  public func resize(capacity: Int) {}
  public func insert(_ node: NodeIndex, _ traits: EntryTraits) { isInserted[node] = true }
  public func access(_ node: NodeIndex) {}
  public func remove(_ node: NodeIndex) { isInserted[node] = false }
  public func evict() -> NodeIndex? { nil }

  public func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    for node in 0..<UInt32(isInserted.count) where isInserted[node] {
      guard body(node) else { return }
    }
  }
}
