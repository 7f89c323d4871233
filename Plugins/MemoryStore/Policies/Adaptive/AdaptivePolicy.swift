// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Strata's own policy: watches the workload, and runs the recipe that serves it best.
///
/// No rule is best everywhere. Frequency beats recency on skewed traffic, recency wins on bursts
/// and feeds, a cyclic scan ruins all that let newcomers in, and a service sees each of these at
/// some hour. So five recipes compete, from a tiny window with a strict contest (near the optimum
/// on loops) to a window of nine tenths (all but LRU). Each is played by a shadow cache of a few
/// hundred keys sampled by hash (see ``ShadowPanel``); the real cache runs the one that would have
/// had most hits of late, once its lead pays for the change. All recipes share the same three
/// queues (see ``RecipeRooms``), so a change moves limits, not entries.
///
/// What it costs: about 24 bytes per entry, and per access one sketch update and one comparison;
/// the shadows take one access in `capacity / 640`. Caches of a few hundred entries are shadowed
/// in full: every access is then played five times over.
///
/// Its limits: it needs a few times its capacity in accesses to judge, and it follows the workload
/// as a whole, not each part of a mixture.
final class AdaptivePolicy: EvictionPolicy {
  /// The recipes that compete; the first is the one to start with.
  static let recipes: [Recipe] = [
    Recipe(windowShare: 0.01, lead: 1),
    Recipe(windowShare: 0.1, welcomesBack: true),
    Recipe(windowShare: 0.2),
    Recipe(windowShare: 0.4),
    Recipe(windowShare: 0.9),
  ]

  @exclusivity(unchecked) private var rooms: RecipeRooms
  @exclusivity(unchecked) private var sketch: FrequencySketch
  @exclusivity(unchecked) private var ghosts: GhostFilter
  @exclusivity(unchecked) private var entries: EntryCount
  private let jury: Jury
  /// The recipe that runs, as an index into ``recipes``.
  @exclusivity(unchecked) private var current = 0

  /// Creates the empty policies of all shards of a store; they share a jury.
  @Sendable static func makeAll(_ request: PolicyCatalog.Request) -> [any EvictionPolicy] {
    let jury = Jury(entries: EntryCount(request).count, shards: request.shards)
    return (0..<request.shards).map { _ in AdaptivePolicy(request, jury: jury) }
  }

  private init(_ request: PolicyCatalog.Request, jury: Jury) {
    self.jury = jury
    entries = EntryCount(request)
    rooms = RecipeRooms(capacity: request.capacity, recipe: Self.recipes[0])
    sketch = Self.makeSketch(entries: entries.count)
    ghosts = GhostFilter(generation: entries.count)
  }

  func reserve(nodes: Int) {
    rooms.reserve(nodes: nodes)
    if entries.reserve(nodes: nodes) { layOut() }
  }

  /// Starts to judge anew: shadows of another size cannot be compared with the old.
  func resize(capacity: Int) {
    rooms.resize(capacity: capacity)
    entries.resize(capacity: capacity)
    layOut()
  }

  private func layOut() {
    sketch.resize(capacity: entries.count)
    ghosts.resize(generation: entries.count)
    jury.resize(entries: entries.count)
  }

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    record(traits.fingerprint)
    rooms.insert(node, traits.fingerprint, weight: traits.weight, ghosts)
  }

  func access(_ node: NodeIndex) {
    guard rooms.contains(node) else { return }
    record(rooms.fingerprint(of: node))
    rooms.access(node)
  }

  func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    rooms.replace(old, with: node, weight: traits.weight)
    access(node)
  }

  func remove(_ node: NodeIndex) { rooms.remove(node) }
  func evict() -> NodeIndex? { rooms.evict(sketch, &ghosts) }
  func visitColdestFirst(_ body: (NodeIndex) -> Bool) { rooms.visitColdestFirst(body) }

  /// The long memory and the floor of counters are what small caches gain most from.
  static func makeSketch(entries: Int) -> FrequencySketch {
    FrequencySketch(capacity: entries, touchesPerEntry: 20, leastWords: 1024)
  }

  private func record(_ print: Fingerprint) {
    sketch.increment(print)
    jury.hear(print)
    guard jury.current != current else { return }
    current = jury.current
    rooms.adopt(Self.recipes[current])
  }
}
