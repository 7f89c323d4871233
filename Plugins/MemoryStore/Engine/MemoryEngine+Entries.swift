// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

extension MemoryEngine {
  /// Why there is no entry for a key, as far as is remembered.
  func missReason(for key: KeyView) -> MissReason {
    shards.of(key.hash)._withUnsafeGuaranteedRef { shard in
      shard.locked {
        shard.departures.reason(for: Fingerprint(truncatingIfNeeded: key.hash >> 32))
      }
    }
  }

  /// Notes that the entry of `version` was checked in `epoch`.
  func confirm(_ key: KeyView, version: Version, epoch: UInt64) {
    shards.of(key.hash)._withUnsafeGuaranteedRef { shard in
      shard.locked { shard.confirm(key, version: version, epoch: epoch) }
    }
  }

  /// Changes the times of the entry of `version`.
  func adjust(_ key: KeyView, version: Version, _ change: (inout Entry) -> Void) -> Bool {
    shards.of(key.hash)._withUnsafeGuaranteedRef { shard in
      shard.locked { shard.adjust(key, version: version, change) }
    }
  }

  // MARK: Events

  /// From now on shards keep events for the listeners.
  func recordEvents() {
    shards.forEach { shard in shard.locked { shard.recordsEvents = true } }
    isHeard.store(true, ordering: .releasing)
  }

  /// Whether some shard keeps an event. Reads without the lock: a late answer is caught up with.
  var hasEvents: Bool {
    // Every write asks this: without listeners it must not look at lines that other writers change.
    guard isHeard.load(ordering: .relaxed) else { return false }
    var result = false
    shards.forEach { if $0.waitingEvents.load(ordering: .acquiring) > 0 { result = true } }
    return result
  }

  /// The events of all shards, each shard's in order.
  func takeEvents() -> [RemovalEvent] {
    var events: [RemovalEvent] = []
    shards.forEach { shard in events += shard.locked { shard.takeEvents() } }
    return events
  }

  // MARK: Introspection

  var count: Int {
    var sum = 0
    shards.forEach { sum += $0.count.load(ordering: .relaxed) }
    return sum
  }

  var lookups: (hits: Int, misses: Int) {
    var sum = (hits: 0, misses: 0)
    shards.forEach { shard in
      let counts = shard.stripes.counts
      sum = (sum.hits + counts.hits, sum.misses + counts.misses)
    }
    return sum
  }

  var removals: [RemovalCause: Int] {
    var sums: [RemovalCause: Int] = [:]
    shards.forEach { shard in
      let counts = shard.locked { shard.causes }
      for (cause, count) in zip(RemovalCause.allCases, counts) { sums[cause, default: 0] += count }
    }
    return sums
  }

  /// The sum over all shards of something that belongs to their locks.
  func sum(_ part: (Shard) -> Int) -> Int {
    var sum = 0
    shards.forEach { shard in sum += shard.locked { part(shard) } }
    return sum
  }

  /// Whether any entry has an end.
  var hasTimedEntries: Bool {
    var result = false
    shards.forEach { shard in if shard.locked({ shard.wheel.count > 0 }) { result = true } }
    return result
  }

  /// Each shard's keys in its policy's order, coldest first, at most `limit` of each.
  func ranking(_ limit: Int) -> [[[UInt8]]] {
    var rankings: [[[UInt8]]] = []
    shards.forEach { shard in
      let keys = shard.locked {
        var keys: [[UInt8]] = []
        shard.drainReads()
        shard.policy.visitColdestFirst { node in
          keys.append(shard.withKey(of: node) { Array($0) })
          return keys.count < limit
        }
        return keys
      }
      rankings.append(keys)
    }
    return rankings
  }

  /// All keys by creation, oldest first.
  func byAge() -> [(key: [UInt8], time: Int64)] {
    collect { shard, body in
      shard.forEachNode { body($0, shard.arena[$0].pointee.createdAt) }
    }
  }

  /// Keys with an end, soonest first.
  func byEnd() -> [(key: [UInt8], time: Int64)] {
    collect { shard, body in
      shard.forEachNode { node in
        let end = shard.end(of: node)
        if end != .max { body(node, end) }
      }
    }
  }

  private func collect(
    _ visit: (Shard, (NodeIndex, Int64) -> Void) -> Void
  ) -> [(key: [UInt8], time: Int64)] {
    var all: [(key: [UInt8], time: Int64)] = []
    shards.forEach { shard in
      shard.locked {
        visit(shard) { node, time in
          all.append((shard.withKey(of: node) { Array($0) }, time))
        }
      }
    }
    return all.sorted { $0.time < $1.time }
  }
}
