// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One fixed recipe as a policy of its own: what the shadows of ``AdaptivePolicy`` play.
public final class RecipePolicy: EvictionPolicy {
  private var rooms: RecipeRooms
  private var history: KeyHistory

  /// Creates an empty policy.
  public init(capacity: Int, recipe: Recipe) {
    rooms = RecipeRooms(capacity: capacity, recipe: recipe)
    history = KeyHistory(capacity: capacity)
  }

  public func reserve(nodes: Int) { rooms.reserve(nodes: nodes) }

  public func resize(capacity: Int) {
    rooms.resize(capacity: capacity)
    history.resize(capacity: capacity)
  }

  public func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    history.sketch.increment(traits.fingerprint)
    rooms.insert(node, traits.fingerprint, weight: traits.weight, history)
  }

  public func access(_ node: NodeIndex) {
    guard rooms.contains(node) else { return }
    history.sketch.increment(rooms.fingerprint(of: node))
    rooms.access(node)
  }

  public func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    rooms.replace(old, with: node, weight: traits.weight)
    access(node)
  }

  public func remove(_ node: NodeIndex) { rooms.remove(node) }
  public func evict() -> NodeIndex? { rooms.evict(&history) }

  public func visitColdestFirst(_ body: (NodeIndex) -> Bool) { rooms.visitColdestFirst(body) }
}
