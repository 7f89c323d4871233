// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch
internal import StrataCore
internal import Synchronization

/// The engine of the memory store: a concurrent, bounded map from key bytes to entries.
///
/// Keys are spread over shards by the lower bits of their hash. A lookup takes no lock, writes to
/// no memory that other threads read, and never waits: it pins the epoch, probes the shard's table,
/// compares the key and shows what it found; the read is noted in a buffer of the thread's own
/// stripe. A write holds the lock of one shard for some hundred nanoseconds. The bound is global;
/// a full shard makes room in itself, a small one in the heaviest.
final class MemoryEngine: @unchecked Sendable {
  // Sendable: shards are, and everything else is immutable or atomic.
  let shards: ShardGroup
  let ledger: WeightLedger
  let seed: UInt64
  /// Whether anybody listens to what leaves.
  let isHeard = Atomic<Bool>(false)

  init(_ plan: EnginePlan, seed: UInt64) {
    ledger = WeightLedger(capacity: plan.capacity)
    self.seed = seed
    let policies = plan.makePolicies(seed: seed)
    let ledger = ledger
    let pool = ChunkPool(chunk: NodeArena.chunkNodes * MemoryLayout<Node>.stride)
    shards = ShardGroup(
      policies.map { policy in
        Shard(
          policy: policy, ledger: ledger, pool: pool, seed: seed, stripes: plan.stripes)
      })
  }

  deinit { shards.free() }

  // MARK: Reading

  /// Shows the node of a key to `body`, pinned; false when there is none.
  @inline(__always)
  func withNode(
    _ key: KeyView, records: Bool = true,
    _ body: (Shard, UnsafeMutablePointer<Node>, NodeIndex) -> Void
  ) -> Bool {
    shards.of(key.hash)._withUnsafeGuaranteedRef { shard in
      let reader = strata_reader_current().unsafelyUnwrapped
      strata_epoch_enter(reader)
      defer { strata_epoch_leave(reader) }
      let probe = KeyWords(probe: key.bytes)
      let directory = shard.directory
      let table = SlotTable(address: shard.table.load(ordering: .acquiring))
      let found = table.find(Fingerprint(truncatingIfNeeded: key.hash >> 32)) { index in
        let node = NodeArena.node(index, in: directory)
        let word = NodeWord(bits: node.pointee.word.load(ordering: .relaxed))
        return word.keyLength == key.bytes.count && node.pointee.key.matches(probe, key.bytes)
      }
      guard let found else {
        if records { shard.stripes.own(reader).pointee.recordMiss() }
        return false
      }
      body(shard, NodeArena.node(found.node, in: directory), found.node)
      if records { record(found.node, shard, reader) }
      return true
    }
  }

  @inline(__always)
  private func record(
    _ node: NodeIndex, _ shard: Shard, _ reader: UnsafeMutablePointer<strata_reader>
  ) {
    let skip = shard.skip.load(ordering: .relaxed)
    if shard.stripes.own(reader).pointee.record(node, skip: skip) {
      shard.lockedIfFree { shard.drainReads() }
    }
  }

  /// Shows the payload, `attentionAt` and the epoch of the last check.
  @inline(__always)
  func peek(_ key: KeyView, _ body: (Unmanaged<Payload>?, Timestamp, UInt64) -> Void) {
    _ = withNode(key) { _, node, _ in
      let attentionAt = node.pointee.attentionAt.load(ordering: .relaxed)
      let word = NodeWord(bits: node.pointee.word.load(ordering: .relaxed))
      body(node.pointee.unmanagedPayload, Timestamp(nanoseconds: attentionAt), word.epoch)
    }
  }

  /// The whole entry, unless its time is over at `now`.
  func lookup(_ key: KeyView, now: Int64) -> (entry: Entry, epoch: UInt64)? {
    var result: (entry: Entry, epoch: UInt64)?
    _ = withNode(key) { shard, node, index in
      let entry = shard.entry(node, index)
      guard now < entry.expiresAt else { return }
      let word = NodeWord(bits: node.pointee.word.load(ordering: .relaxed))
      result = (entry.entry, word.epoch)
    }
    return result
  }

  // MARK: Writing

  /// Stores an entry, unless its lease, a newer version or its weight forbids it.
  func set(_ write: ShardWrite) -> StoreWritten {
    shards.of(write.key.hash)._withUnsafeGuaranteedRef { shard in
      guard Int(write.weight) <= ledger.capacity.load(ordering: .relaxed) else {
        shard.locked { shard.noteRefusal(write) }
        return .refused(.tooLarge)
      }
      return shard.locked { shard.set(write, others: shards) }
    }
  }

  /// Removes a key; returns whether it was there.
  @discardableResult
  func remove(_ key: KeyView, _ cause: RemovalCause = .removed) -> Bool {
    shards.of(key.hash)._withUnsafeGuaranteedRef { shard in
      shard.locked { shard.remove(key, cause) }
    }
  }

  /// Removes every key that begins with `prefix`. O(entries), shard by shard.
  func removeAll(prefix: [UInt8]) -> Int {
    var removed = 0
    shards.forEach { shard in
      removed += shard.locked { shard.removeAll(.invalidated) { $0.starts(with: prefix) } }
    }
    return removed
  }

  /// Changes the bound; what no longer fits leaves before this returns.
  func resize(capacity: Int) {
    ledger.capacity.store(capacity, ordering: .relaxed)
    let count = shards.count
    shards.forEach { shard in shard.locked { shard.policy.resize(capacity: capacity / count) } }
    while ledger.isOver {
      var isStuck = true
      shards.forEach { shard in
        if shard.locked({ shard.evictWhileOver(atMost: 256) }) { isStuck = false }
      }
      if isStuck { return }
    }
  }

  /// Removes what expired, applies the reads that were recorded, and frees what waits.
  func maintain(now: Int64) {
    shards.forEach { shard in
      var isDone = false
      while !isDone {
        isDone = shard.locked {
          shard.drainReads()
          return shard.expire(at: now)
        }
      }
      shard.reclaim()
    }
  }
}
