// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// SIEVE (Zhang et al., NSDI 2024): a queue, one "visited" bit per entry, and a hand.
///
/// The hand walks from the oldest entry to the newest, clears the bit of those that were read, and
/// stops at the first that was not. Survivors keep their place, so new entries are sifted quickly.
final class SIEVEPolicy: EvictionPolicy {
  private enum State: UInt8, BitwiseCopyable {
    case absent
    case idle
    case visited
  }

  @exclusivity(unchecked) private var links = NodeLinks()
  @exclusivity(unchecked) private var queue = NodeQueue()
  @exclusivity(unchecked) private var states = Column(filler: State.absent)
  @exclusivity(unchecked) private var hand = NodeLinks.none

  /// Creates an empty policy.
  init() {}

  func reserve(nodes: Int) {
    links.reserve(nodes: nodes)
    states.reserve(nodes)
  }

  func resize(capacity: Int) {}

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    links.setWeight(traits.weight, of: node)
    links.append(node, to: &queue)
    states[node] = .idle
  }

  func access(_ node: NodeIndex) {
    if states[node] == .idle { states[node] = .visited }
  }

  func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    guard old != node else { return access(node) }
    states[old] = .absent
    states[node] = .visited
    links.setWeight(traits.weight, of: node)
    links.substitute(old, with: node, in: &queue)
    if hand == old { hand = node }
  }

  func remove(_ node: NodeIndex) {
    guard states[node] != .absent else { return }
    if hand == node { hand = links.next(of: node) }
    states[node] = .absent
    links.remove(node, from: &queue)
  }

  /// Ends after at most one round: every bit passed is cleared. The hand turns before it reaches
  /// the newest entry, which has had no chance to be read.
  func evict() -> NodeIndex? {
    guard !queue.isEmpty else { return nil }
    if hand == NodeLinks.none { hand = queue.front }
    while states[hand] == .visited {
      states[hand] = .idle
      hand = links.next(of: hand)
      if hand == NodeLinks.none || hand == queue.back { hand = queue.front }
    }
    let node = hand
    remove(node)
    if hand == queue.back { hand = NodeLinks.none }
    return node
  }

  func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    let unfinished = links.visit(queue) { states[$0] == .visited || body($0) }
    if unfinished { links.visit(queue) { states[$0] == .idle || body($0) } }
  }
}
