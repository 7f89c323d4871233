// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// S3-FIFO (Yang et al., SOSP 2023): a small queue, a main queue and a ghost list, all FIFO.
///
/// New entries wait in the small queue, a tenth of the bound. Those read at least twice there move
/// to the main queue; the rest leave and are remembered, and come back straight into the main
/// queue. There an entry goes round once for each read, of which at most three are counted.
final class S3FIFOPolicy: EvictionPolicy {
  private enum Room: UInt8, BitwiseCopyable {
    case absent
    case small
    case main
  }

  private struct Mark: BitwiseCopyable {
    var room = Room.absent
    var reads: UInt8 = 0
  }

  private static let mostReads: UInt8 = 3
  private static let readsToStay: UInt8 = 2

  @exclusivity(unchecked) private var links = NodeLinks()
  @exclusivity(unchecked) private var small = NodeQueue()
  @exclusivity(unchecked) private var main = NodeQueue()
  @exclusivity(unchecked) private var marks = Column(filler: Mark())
  @exclusivity(unchecked) private var prints = Column<Fingerprint>(filler: 0)
  @exclusivity(unchecked) private var ghosts = GhostList()
  @exclusivity(unchecked) private var newest = NodeLinks.none
  @exclusivity(unchecked) private var capacity: Int

  /// Creates an empty policy for a bound of `capacity`.
  init(capacity: Int) { self.capacity = capacity }

  func reserve(nodes: Int) {
    links.reserve(nodes: nodes)
    marks.reserve(nodes)
    prints.reserve(nodes)
  }

  func resize(capacity: Int) { self.capacity = capacity }

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    links.setWeight(traits.weight, of: node)
    prints[node] = traits.fingerprint
    newest = node
    if ghosts.remove(traits.fingerprint) {
      enter(node, .main)
    } else {
      enter(node, .small)
    }
  }

  func access(_ node: NodeIndex) {
    if marks[node].reads < Self.mostReads { marks[node].reads += 1 }
  }

  func replace(_ old: NodeIndex, with node: NodeIndex, _ traits: EntryTraits) {
    guard old != node else { return access(node) }
    links.setWeight(traits.weight, of: node)
    if marks[old].room == .small {
      links.substitute(old, with: node, in: &small)
    } else {
      links.substitute(old, with: node, in: &main)
    }
    marks[node] = marks[old]
    marks[old] = Mark()
    prints[node] = traits.fingerprint
    access(node)
  }

  func remove(_ node: NodeIndex) {
    switch marks[node].room {
    case .absent: return
    case .small: links.remove(node, from: &small)
    case .main: links.remove(node, from: &main)
    }
    marks[node] = Mark()
  }

  func evict() -> NodeIndex? {
    let settled = main.weight - (main.back == newest ? links.weight(of: newest) : 0)
    if settled <= capacity - smallShare, let node = evictFromSmall() { return node }
    return evictFromMain() ?? links.popFront(&small).map(forget)
  }

  func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    if links.visit(small, body) { links.visit(main, body) }
  }

  private var smallShare: Int { max(1, capacity / 10) }

  private func enter(_ node: NodeIndex, _ room: Room) {
    marks[node] = Mark(room: room)
    if room == .small { links.append(node, to: &small) } else { links.append(node, to: &main) }
  }

  /// Spares the newest entry, which has had no chance to be read.
  private func evictFromSmall() -> NodeIndex? {
    while small.front != newest, let node = links.popFront(&small) {
      guard marks[node].reads < Self.readsToStay else {
        enter(node, .main)
        continue
      }
      ghosts.append(prints[node])
      ghosts.trim(to: (main.count + small.count) * 9 / 10)
      return forget(node)
    }
    return nil
  }

  private func forget(_ node: NodeIndex) -> NodeIndex {
    marks[node] = Mark()
    return node
  }

  /// Ends: every round takes one read off each entry.
  private func evictFromMain() -> NodeIndex? {
    while let node = links.popFront(&main) {
      guard marks[node].reads > 0 else {
        return forget(node)
      }
      marks[node].reads -= 1
      links.append(node, to: &main)
    }
    return nil
  }
}
