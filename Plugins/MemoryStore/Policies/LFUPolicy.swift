// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Least frequently used, with aging: the entry with the fewest reads leaves, the oldest of equals.
///
/// Counts alone would keep yesterday's favourites for ever, so all are halved each time the
/// recorded reads reach ten times the number of entries (`Aging.never` gives the textbook rule).
/// Entries of equal count share a tier; tiers form a list in rising order, so every operation but
/// the halving takes constant time.
final class LFUPolicy: EvictionPolicy {
  /// When counts are halved.
  enum Aging: Sendable {
    /// Never: pure frequency.
    case never
    /// After this many reads per entry.
    case afterReadsPerEntry(Int)
  }

  private struct Tier {
    var reads: UInt64
    var nodes = NodeQueue()
    var lower: UInt32
    var higher: UInt32
  }

  private static let noTier = UInt32.max

  private var links = NodeLinks()
  private var tierOf = Column<UInt32>(filler: .max)
  private var tiers: [Tier] = []
  private var freeTiers: [UInt32] = []
  private var lowest = noTier
  private var newest = NodeLinks.none
  private var count = 0
  private var readsUntilAging: Int
  private let aging: Aging

  /// Creates an empty policy.
  init(aging: Aging = .afterReadsPerEntry(10)) {
    self.aging = aging
    readsUntilAging = 0
    scheduleAging()
  }

  func reserve(nodes: Int) {
    links.reserve(nodes: nodes)
    tierOf.reserve(nodes)
  }

  func resize(capacity: Int) {}

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    links.setWeight(traits.weight, of: node)
    count += 1
    newest = node
    if lowest == Self.noTier || tiers[Int(lowest)].reads != 1 {
      lowest = addTier(reads: 1, lower: Self.noTier, higher: lowest)
    }
    place(node, in: lowest)
  }

  func access(_ node: NodeIndex) {
    let tier = tierOf[node]
    guard tier != Self.noTier else { return }
    let reads = tiers[Int(tier)].reads + 1
    var higher = tiers[Int(tier)].higher
    if higher == Self.noTier || tiers[Int(higher)].reads != reads {
      higher = addTier(reads: reads, lower: tier, higher: higher)
    }
    take(node, from: tier)
    place(node, in: higher)
    readsUntilAging -= 1
    if readsUntilAging <= 0 { age() }
  }

  func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    if old != node, tierOf[old] != Self.noTier {
      links.setWeight(traits.weight, of: node)
      tierOf[node] = tierOf[old]
      links.substitute(old, with: node, in: &tiers[Int(tierOf[old])].nodes)
      tierOf[old] = Self.noTier
    }
    access(node)
  }

  func remove(_ node: NodeIndex) {
    let tier = tierOf[node]
    guard tier != Self.noTier else { return }
    count -= 1
    take(node, from: tier)
    tierOf[node] = Self.noTier
  }

  /// Prefers an older entry over the one just written, which has had no chance to be read.
  func evict() -> NodeIndex? {
    guard lowest != Self.noTier else { return nil }
    var tier = tiers[Int(lowest)]
    if tier.nodes.front == newest, tier.nodes.count == 1, tier.higher != Self.noTier {
      tier = tiers[Int(tier.higher)]
    }
    let node = tier.nodes.front
    remove(node)
    return node
  }

  func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    var tier = lowest
    while tier != Self.noTier {
      guard links.visit(tiers[Int(tier)].nodes, body) else { return }
      tier = tiers[Int(tier)].higher
    }
  }

  private func place(_ node: NodeIndex, in tier: UInt32) {
    tierOf[node] = tier
    links.append(node, to: &tiers[Int(tier)].nodes)
  }

  private func take(_ node: NodeIndex, from tier: UInt32) {
    links.remove(node, from: &tiers[Int(tier)].nodes)
    if tiers[Int(tier)].nodes.isEmpty { removeTier(tier) }
  }

  private func addTier(reads: UInt64, lower: UInt32, higher: UInt32) -> UInt32 {
    let tier = Tier(reads: reads, lower: lower, higher: higher)
    let index = freeTiers.popLast() ?? UInt32(tiers.count)
    if Int(index) == tiers.count { tiers.append(tier) } else { tiers[Int(index)] = tier }
    if lower != Self.noTier { tiers[Int(lower)].higher = index }
    if higher != Self.noTier { tiers[Int(higher)].lower = index }
    return index
  }

  private func removeTier(_ index: UInt32) {
    let tier = tiers[Int(index)]
    if tier.lower == Self.noTier {
      lowest = tier.higher
    } else {
      tiers[Int(tier.lower)].higher = tier.higher
    }
    if tier.higher != Self.noTier { tiers[Int(tier.higher)].lower = tier.lower }
    freeTiers.append(index)
  }

  private func scheduleAging() {
    switch aging {
    case .never: readsUntilAging = .max
    case .afterReadsPerEntry(let reads): readsUntilAging = max(1, count) * max(1, reads)
    }
  }

  /// Halves every count and merges the tiers that meet. O(entries), once per ten reads of each.
  private func age() {
    var tier = lowest
    while tier != Self.noTier {
      let higher = tiers[Int(tier)].higher
      tiers[Int(tier)].reads = max(1, tiers[Int(tier)].reads / 2)
      let lower = tiers[Int(tier)].lower
      if lower != Self.noTier, tiers[Int(lower)].reads == tiers[Int(tier)].reads {
        while !tiers[Int(tier)].nodes.isEmpty {
          let node = tiers[Int(tier)].nodes.front
          links.remove(node, from: &tiers[Int(tier)].nodes)
          place(node, in: lower)
        }
        removeTier(tier)
      }
      tier = higher
    }
    scheduleAging()
  }
}
