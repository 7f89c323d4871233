// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Glibc

/// Strata's own policy: watches the workload, and runs the recipe that serves it best.
public final class AdaptivePolicy: EvictionPolicy {
  /// The recipes that compete.
  public static let recipes: [Recipe] = {
    let text = getenv("LAB_RECIPES").map { String(cString: $0) } ?? "t1:1,h0:10,t0:20,t0:40,t0:90"
    return text.split(separator: ",").map {
      let p = $0.split(separator: ":")
      return Recipe(windowShare: Double(p[1])! / 100, lead: p[0].last == "1" ? 1 : 0, welcomesBack: p[0].first == "h")
    }
  }()

  private var rooms: RecipeRooms
  private var history: KeyHistory
  private var panel: ShadowPanel
  private var current = 0

  /// Creates an empty policy for a bound of `capacity`.
  public init(capacity: Int) {
    rooms = RecipeRooms(capacity: capacity, recipe: Self.recipes[0])
    history = KeyHistory(capacity: capacity)
    panel = ShadowPanel(capacity: capacity, recipes: Self.recipes)
  }

  public func reserve(nodes: Int) { rooms.reserve(nodes: nodes) }

  public func resize(capacity: Int) {
    rooms.resize(capacity: capacity)
    history.resize(capacity: capacity)
    panel = ShadowPanel(capacity: capacity, recipes: Self.recipes)
  }

  public func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    record(traits.fingerprint)
    rooms.insert(node, traits.fingerprint, weight: traits.weight, history)
  }

  public func access(_ node: NodeIndex) {
    guard rooms.contains(node) else { return }
    record(rooms.fingerprint(of: node))
    rooms.access(node)
  }

  public func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    rooms.replace(old, with: node, weight: traits.weight)
    access(node)
  }

  public func remove(_ node: NodeIndex) { rooms.remove(node) }
  public func evict() -> NodeIndex? { rooms.evict(&history) }

  public func visitColdestFirst(_ body: (NodeIndex) -> Bool) { rooms.visitColdestFirst(body) }

  private func record(_ fp: Fingerprint) {
    history.sketch.increment(fp)
    guard let better = panel.play(fp, current: current) else { return }
    if labValue("LAB_LOG", 0) == 1 { print("switch", current, better, panel.describe()) }
    current = better
    rooms.adopt(Self.recipes[better])
  }
}
