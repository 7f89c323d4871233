// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A hierarchical timer wheel over node indices: constant time to add, move and remove.
///
/// Five wheels of 64 buckets; a bucket of the first spans 134 ms (2^27 ns), of each next 64 times
/// as much, so that four years fit; what is later waits in the last wheel and is looked at again.
/// As time passes a bucket, its nodes fall into finer wheels or expire. There is no clock in here:
/// time is what `advance` is told. Takes 10 bytes per node, once a first entry has an end.
struct TimerWheel: ~Copyable {
  private static let tickShift: Int64 = 27
  private static let levelShift: Int64 = 6
  private static let levels = 5
  private static let buckets = 64
  private static let noBucket = UInt16.max

  private var links = NodeLinks()
  private var bucketOf = Column<UInt16>(filler: noBucket)
  private var queues = [NodeQueue](repeating: NodeQueue(), count: levels * buckets)
  private var now: Int64 = 0
  /// The number of nodes that have an end.
  private(set) var count = 0

  /// When the next bucket may be due: before this, `advance` has nothing to do.
  private(set) var nextTick: Int64 = 0

  /// Files a node under its end; `.max` takes it out.
  mutating func schedule(_ node: NodeIndex, at end: Int64, reserved: Int) {
    cancel(node)
    guard end != .max else { return }
    if bucketOf.count < reserved {
      links.reserve(nodes: reserved)
      bucketOf.reserve(reserved)
    }
    file(node, end)
    count += 1
  }

  /// Takes a node out, if it is in.
  mutating func cancel(_ node: NodeIndex) {
    guard Int(node) < bucketOf.count, bucketOf[node] != Self.noBucket else { return }
    links.remove(node, from: &queues[Int(bucketOf[node])])
    bucketOf[node] = Self.noBucket
    count -= 1
  }

  /// Moves time on, and hands out each node whose end, as `end` tells it, has come.
  ///
  /// At most `limit` nodes; returns false when there is more to do.
  mutating func advance(
    to time: Int64, limit: Int, end: (NodeIndex) -> Int64, _ expire: (NodeIndex) -> Void
  ) -> Bool {
    guard time > now else { return true }
    let before = now
    now = time
    nextTick = (time >> Self.tickShift + 1) << Self.tickShift
    var left = limit
    for level in 0..<Self.levels {
      let shift = Self.tickShift + Int64(level) * Self.levelShift
      let passed = min((time >> shift) - (before >> shift), Int64(Self.buckets))
      // The bucket that time stands in is looked at too: ends within it may have come.
      for step in 0...max(0, passed) {
        let position = ((before >> shift) + step) & Int64(Self.buckets - 1)
        guard empty(level * Self.buckets + Int(position), time, &left, end, expire) else {
          now = before
          nextTick = time
          return false
        }
      }
    }
    return true
  }

  private mutating func empty(
    _ bucket: Int, _ time: Int64, _ left: inout Int, _ end: (NodeIndex) -> Int64,
    _ expire: (NodeIndex) -> Void
  ) -> Bool {
    var waiting = queues[bucket]
    guard !waiting.isEmpty else { return true }
    queues[bucket] = NodeQueue()
    while left > 0, let node = links.popFront(&waiting) {
      let due = end(node)
      if due <= time {
        bucketOf[node] = Self.noBucket
        count -= 1
        left -= 1
        expire(node)
      } else {
        file(node, due)
      }
    }
    // What is left stays filed under its bucket, ahead of what was filed there just now.
    while let node = links.popFront(&waiting) {
      links.append(node, to: &queues[bucket])
      bucketOf[node] = UInt16(bucket)
    }
    return left > 0
  }

  private mutating func file(_ node: NodeIndex, _ end: Int64) {
    let bucket = Self.bucket(for: max(end, now), now)
    links.append(node, to: &queues[bucket])
    bucketOf[node] = UInt16(bucket)
  }

  private static func bucket(for end: Int64, _ now: Int64) -> Int {
    for level in 0..<levels {
      let shift = tickShift + Int64(level) * levelShift
      let distance = (end >> shift) - (now >> shift)
      if distance < Int64(buckets) || level == levels - 1 {
        let place = min(end >> shift, (now >> shift) + Int64(buckets) - 1)
        return level * buckets + Int(place & Int64(buckets - 1))
      }
    }
    return 0
  }
}
