// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Random replacement: any entry may leave, drawn from a seeded generator.
///
/// The inserted nodes stand densely in `members`, and `place` says where, so that a draw, an
/// insertion and a removal each take constant time.
final class RandomPolicy: EvictionPolicy {
  private var members = Column<NodeIndex>(filler: 0)
  private var place = Column<UInt32>(filler: .max)
  private var count: UInt32 = 0
  private var random: SplitMix

  /// Creates an empty policy that draws from `seed`.
  init(seed: UInt64) { random = SplitMix(seed: seed) }

  func reserve(nodes: Int) {
    members.reserve(nodes)
    place.reserve(nodes)
  }

  func resize(capacity: Int) {}

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    members[count] = node
    place[node] = count
    count += 1
  }

  func access(_ node: NodeIndex) {}

  func remove(_ node: NodeIndex) {
    guard place[node] != .max else { return }
    count -= 1
    let last = members[count]
    members[place[node]] = last
    place[last] = place[node]
    place[node] = .max
  }

  func evict() -> NodeIndex? {
    guard count > 0 else { return nil }
    let node = members[UInt32(random.next(below: UInt64(count)))]
    remove(node)
    return node
  }

  func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    for index in 0..<count {
      guard body(members[index]) else { return }
    }
  }
}
