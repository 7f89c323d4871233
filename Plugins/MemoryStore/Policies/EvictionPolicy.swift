// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A small number that stands for one resident entry.
///
/// Indices are dense and reused after removal, so a policy keeps its bookkeeping in flat columns
/// (see ``Column``) instead of objects: a few bytes per entry, no allocation per access.
public typealias NodeIndex = UInt32

/// The rule that decides which entry leaves when a store is full.
///
/// A store owns one policy per shard, calls it under that shard's lock, and never from two threads
/// at once. The policy sees numbers only: it never touches a key or a value.
///
/// The store's side of the agreement:
/// - `reserve(nodes:)` comes before any index at or above the old limit is used;
/// - a node is inserted once, and may be accessed, replaced or removed only while it is inserted
///   (an access to an unknown node may still arrive from a lossy buffer, and must be ignored);
/// - after an insertion that overfills the shard the store calls `evict()` until it fits again.
///
/// A conformer answers `evict()` with any inserted node, the newest included (that is how
/// admission is refused), or `nil` when it will give up none; the store then refuses the write.
///
/// The built-in policies mark their state `@exclusivity(unchecked)`: one caller at a time is part
/// of the agreement, and the run-time checks would cost as much as the work.
///
/// To add a policy of your own, conform a final class, and register a maker for it in a
/// ``PolicyCatalog``. `FIFOPolicy` is the smallest example, `SIEVEPolicy` a typical one.
public protocol EvictionPolicy: AnyObject {
  /// Makes room for indices below `nodes`. Never shrinks. Called once a few hundred nodes.
  func reserve(nodes: Int)

  /// Adopts a new bound, in the same unit as weights. Entries leave only through `evict()`.
  func resize(capacity: Int)

  /// Takes in a node that was not inserted before.
  func insert(_ node: NodeIndex, _ traits: EntryTraits)

  /// Records one read of a node.
  func access(_ node: NodeIndex)

  /// Records that a write put `node` in the place of `old`, which is forgotten.
  ///
  /// Both may be equal: then only the traits change.
  func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits)

  /// Forgets a node that left for another reason than eviction.
  func remove(_ node: NodeIndex)

  /// Chooses the node to give up, forgets it, and returns it.
  func evict() -> NodeIndex?

  /// Visits the inserted nodes, those to be given up first, first, until `body` returns false.
  ///
  /// The order is the policy's best estimate; for introspection only.
  func visitColdestFirst(_ body: (NodeIndex) -> Bool)
}

extension EvictionPolicy {
  /// A write to a present key counts as forgetting the old node and taking in the new one, unless
  /// a policy can do better.
  public func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    remove(old)
    insert(node, traits)
  }
}
