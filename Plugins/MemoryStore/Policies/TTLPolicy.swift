// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Nearest expiry first: the entry that would end soonest leaves; entries without an end leave
/// last.
///
/// A binary heap over node indices, with the place of each node beside it: O(log n) per write, and
/// nothing to do for a read.
final class TTLPolicy: EvictionPolicy {
  private var heap = Column<NodeIndex>(filler: 0)
  private var place = Column<UInt32>(filler: .max)
  private var ends = Column<Int64>(filler: .max)
  private var count: UInt32 = 0

  /// Creates an empty policy.
  init() {}

  func reserve(nodes: Int) {
    heap.reserve(nodes)
    place.reserve(nodes)
    ends.reserve(nodes)
  }

  func resize(capacity: Int) {}

  func insert(_ node: NodeIndex, _ traits: EntryTraits) {
    ends[node] = traits.expiresAt
    put(node, at: count)
    count += 1
    rise(from: place[node])
  }

  func access(_ node: NodeIndex) {}

  func remove(_ node: NodeIndex) {
    let hole = place[node]
    guard hole != .max else { return }
    place[node] = .max
    count -= 1
    guard hole != count else { return }
    put(heap[count], at: hole)
    rise(from: hole)
    sink(from: hole)
  }

  func evict() -> NodeIndex? {
    guard count > 0 else { return nil }
    let node = heap[0]
    remove(node)
    return node
  }

  /// Sorts a copy: O(n log n), for introspection.
  func visitColdestFirst(_ body: (NodeIndex) -> Bool) {
    let nodes = (0..<count).map { heap[$0] }.sorted { ends[$0] < ends[$1] }
    for node in nodes {
      guard body(node) else { return }
    }
  }

  private func put(_ node: NodeIndex, at index: UInt32) {
    heap[index] = node
    place[node] = index
  }

  private func rise(from start: UInt32) {
    var index = start
    let node = heap[index]
    while index > 0 {
      let parent = (index - 1) / 2
      guard ends[node] < ends[heap[parent]] else { break }
      put(heap[parent], at: index)
      index = parent
    }
    put(node, at: index)
  }

  private func sink(from start: UInt32) {
    var index = start
    let node = heap[index]
    while true {
      var child = 2 * index + 1
      guard child < count else { break }
      if child + 1 < count, ends[heap[child + 1]] < ends[heap[child]] { child += 1 }
      guard ends[heap[child]] < ends[node] else { break }
      put(heap[child], at: index)
      index = child
    }
    put(node, at: index)
  }
}
