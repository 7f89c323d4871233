// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One fixed recipe as a policy of its own: what the shadows of ``AdaptivePolicy`` play.
final class RecipePolicy: EvictionPolicy {
  private var rooms: RecipeRooms
  private var sketch: FrequencySketch
  private var ghosts: GhostFilter

  /// Creates an empty policy.
  init(capacity: Int, recipe: Recipe) {
    rooms = RecipeRooms(capacity: capacity, recipe: recipe)
    sketch = AdaptivePolicy.makeSketch(entries: capacity)
    ghosts = GhostFilter(generation: capacity)
  }

  func reserve(nodes: Int) { rooms.reserve(nodes: nodes) }

  func resize(capacity: Int) {
    rooms.resize(capacity: capacity)
    sketch.resize(capacity: capacity)
    ghosts.resize(generation: capacity)
  }

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    sketch.increment(traits.fingerprint)
    rooms.insert(node, traits.fingerprint, weight: traits.weight, ghosts)
  }

  func access(_ node: NodeIndex) {
    guard rooms.contains(node) else { return }
    sketch.increment(rooms.fingerprint(of: node))
    rooms.access(node)
  }

  func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    rooms.replace(old, with: node, weight: traits.weight)
    access(node)
  }

  func remove(_ node: NodeIndex) { rooms.remove(node) }
  func evict() -> NodeIndex? { rooms.evict(sketch, &ghosts) }
  func visitColdestFirst(_ body: (NodeIndex) -> Bool) { rooms.visitColdestFirst(body) }
}
