// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

extension Node {
  /// The payload; valid while the section is pinned.
  @inline(__always)
  var unmanagedPayload: Unmanaged<Payload>? {
    UnsafeRawPointer(bitPattern: payload).map { Unmanaged.fromOpaque($0) }
  }
}

extension Shard {
  /// The whole entry of a node; call it pinned or under the lock.
  func entry(
    _ node: UnsafeMutablePointer<Node>, _ index: NodeIndex
  ) -> (entry: Entry, expiresAt: Int64) {
    let word = NodeWord(bits: node.pointee.word.load(ordering: .acquiring))
    let attentionAt = node.pointee.attentionAt.load(ordering: .relaxed)
    let payload = node.pointee.unmanagedPayload?.takeUnretainedValue()
    if word.hasTail, let tail = arena.tail(of: index)?.takeUnretainedValue() {
      var entry = tail.entry
      entry.payload = payload
      entry.attentionAt = min(entry.attentionAt, Timestamp(nanoseconds: attentionAt))
      return (entry, tail.expiresAt)
    }
    let end = Timestamp(nanoseconds: attentionAt)
    let entry = Entry(
      payload: payload, createdAt: Timestamp(nanoseconds: node.pointee.createdAt), freshUntil: end,
      usableUntil: end, version: EntryTail.implied(createdAt: node.pointee.createdAt))
    return (entry, attentionAt)
  }

  /// Notes that the entry of `version` was checked in `epoch`. Call it under the lock.
  func confirm(_ key: KeyView, version: Version, epoch: UInt64) {
    guard let found = find(key), self.version(of: found.node) == version else { return }
    let node = arena[found.node]
    var word = NodeWord(bits: node.pointee.word.load(ordering: .relaxed))
    word.bits = epoch << 24 | word.bits & 0xFF_FFFF
    node.pointee.word.store(word.bits, ordering: .relaxed)
  }

  /// Changes the times of the entry of `version`. Call it under the lock.
  func adjust(_ key: KeyView, version: Version, _ change: (inout Entry) -> Void) -> Bool {
    guard let found = find(key), self.version(of: found.node) == version else { return false }
    let node = arena[found.node]
    let (before, oldEnd) = entry(node, found.node)
    var after = before
    change(&after)
    let end = oldEnd == before.usableUntil.nanoseconds ? after.usableUntil.nanoseconds : oldEnd
    // The tail first: a reader that sees the word's flag must find it.
    let tail = EntryTail(entry: after.withoutPayload, expiresAt: end)
    if let old = arena.setTail(tail, of: found.node) { limbo.add(.tail(old)) }
    let word = node.pointee.word.load(ordering: .relaxed)
    node.pointee.word.store(word | NodeWord.hasTail, ordering: .releasing)
    node.pointee.attentionAt.store(min(after.attentionAt.nanoseconds, end), ordering: .relaxed)
    wheel.schedule(found.node, at: end, reserved: arena.reserved)
    return true
  }
}

/// One entry with its key, as it is written down.
struct ShardEntry {
  var key: [UInt8]
  var entry: Entry
  var expiresAt: Int64
}

extension MemoryEngine {
  /// Every entry of a shard: those that are pinned, then the others, coldest first, so that whoever
  /// stores them again in this order and has less room keeps the hottest. Writers of the shard wait
  /// meanwhile.
  func entries(inShard wanted: Int) -> [ShardEntry] {
    shards[wanted]._withUnsafeGuaranteedRef { shard in
      shard.locked {
        var all: [ShardEntry] = []
        all.reserveCapacity(shard.count.load(ordering: .relaxed))
        let add = { (node: NodeIndex) in
          let (entry, expiresAt) = shard.entry(shard.arena[node], node)
          all.append(
            ShardEntry(
              key: shard.withKey(of: node) { Array($0) }, entry: entry, expiresAt: expiresAt))
        }
        if shard.isWeighted {
          shard.forEachNode { if shard.weight(of: $0) == 0 { add($0) } }
        }
        shard.drainReads()
        shard.policy.visitColdestFirst { node in
          add(node)
          return true
        }
        return all
      }
    }
  }
}
