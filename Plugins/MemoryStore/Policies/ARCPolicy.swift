// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// ARC (Megiddo and Modha, FAST 2003): recency and frequency lists that trade room.
///
/// `recent` holds entries seen once, `frequent` those seen again. Each has a list of ghosts. A
/// write that meets a ghost says which list was too short, and moves the `target` of `recent`.
final class ARCPolicy: EvictionPolicy {
  private enum Room: UInt8, BitwiseCopyable {
    case absent
    case recent
    case frequent
  }

  private var links = NodeLinks()
  private var recent = NodeQueue()
  private var frequent = NodeQueue()
  private var rooms = Column(filler: Room.absent)
  private var prints = Column<Fingerprint>(filler: 0)
  private var recentGhosts = GhostList()
  private var frequentGhosts = GhostList()
  private var target = 0
  private var capacity: Int
  private var isNewestKnownFrequent = false
  private var isNewestRecent = false

  /// Creates an empty policy for a bound of `capacity`.
  init(capacity: Int) { self.capacity = capacity }

  func reserve(nodes: Int) {
    links.reserve(nodes: nodes)
    rooms.reserve(nodes)
    prints.reserve(nodes)
  }

  func resize(capacity: Int) {
    self.capacity = capacity
    target = min(target, capacity)
  }

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    links.setWeight(traits.weight, of: node)
    prints[node] = traits.fingerprint
    isNewestKnownFrequent = false
    isNewestRecent = false
    if recentGhosts.contains(traits.fingerprint) {
      let step = max(1, frequentGhosts.count / max(1, recentGhosts.count))
      target = min(capacity, target + step * links.weight(of: node))
      _ = recentGhosts.remove(traits.fingerprint)
      enter(node, .frequent)
    } else if frequentGhosts.contains(traits.fingerprint) {
      let step = max(1, recentGhosts.count / max(1, frequentGhosts.count))
      target = max(0, target - step * links.weight(of: node))
      _ = frequentGhosts.remove(traits.fingerprint)
      isNewestKnownFrequent = true
      enter(node, .frequent)
    } else {
      enter(node, .recent)
      isNewestRecent = true
    }
  }

  func access(_ node: NodeIndex) {
    guard rooms[node] != .absent else { return }
    remove(node)
    enter(node, .frequent)
  }

  func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    remove(old)
    links.setWeight(traits.weight, of: node)
    prints[node] = traits.fingerprint
    enter(node, .frequent)
  }

  func remove(_ node: NodeIndex) {
    switch rooms[node] {
    case .absent: return
    case .recent:
      if recent.back == node { isNewestRecent = false }
      links.remove(node, from: &recent)
    case .frequent: links.remove(node, from: &frequent)
    }
    rooms[node] = .absent
  }

  /// The paper chooses before the newest entry is in; here it is in already, so it is left out of
  /// the comparison.
  func evict() -> NodeIndex? {
    let older = recent.weight - (isNewestRecent ? links.weight(of: recent.back) : 0)
    let isRecentTooLong = older > target || (isNewestKnownFrequent && older == target)
    if older > 0, isRecentTooLong || frequent.isEmpty, let node = links.popFront(&recent) {
      return give(node, isRecent: true)
    }
    if let node = links.popFront(&frequent) { return give(node, isRecent: false) }
    return links.popFront(&recent).map { give($0, isRecent: true) }
  }

  func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    if links.visit(recent, body) { links.visit(frequent, body) }
  }

  private func enter(_ node: NodeIndex, _ room: Room) {
    rooms[node] = room
    if room == .recent {
      links.append(node, to: &recent)
    } else {
      links.append(node, to: &frequent)
    }
  }

  /// Keeps at most one capacity of keys seen once and two capacities of keys in all, in entries.
  private func give(_ node: NodeIndex, isRecent: Bool) -> NodeIndex {
    rooms[node] = .absent
    let resident = recent.count + frequent.count
    if isRecent {
      recentGhosts.append(prints[node])
    } else {
      frequentGhosts.append(prints[node])
    }
    recentGhosts.trim(to: resident - recent.count)
    frequentGhosts.trim(to: resident - recentGhosts.count)
    return node
  }
}
