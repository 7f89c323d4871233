// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

/// What a shard is asked to store.
struct ShardWrite {
  var key: KeyView
  var entry: Entry
  var expiresAt: Int64
  var epoch: UInt64
  var weight: UInt32
  var isPermitted: () -> Bool

  var fingerprint: Fingerprint { Fingerprint(truncatingIfNeeded: key.hash >> 32) }

  var traits: EntryTraits {
    EntryTraits(
      hash: key.hash, weight: weight, expiresAt: expiresAt, cost: UInt64(entry.cost) &* 1000)
  }
}

extension Shard {
  /// Stores an entry. Call it under the lock; `others` are asked for room where this shard is
  /// smaller than its share.
  func set(_ write: ShardWrite, others: ShardGroup) -> StoreWritten {
    drainReadsSometimes()
    guard write.isPermitted() else { return .refused(.leaseRevoked) }
    let found = find(write.key)
    if let found, write.entry.version.isOlder(than: version(of: found.node)) {
      return .refused(.older)
    }
    guard let node = makeNode(write) else { return .refused(.full) }
    adopt(node, replacing: found?.node, write)
    let oldWeight = found.map { weight(of: $0.node) } ?? 0
    switch makeRoom(for: node, Int(write.weight) - oldWeight, others) {
    case .made: break
    case .newcomerLost, .none:
      return turnAway(node, found?.node, write)
    }
    publish(node, found, write)
    return .stored(write.entry.version)
  }

  /// A node with everything but a place in the table.
  private func makeNode(_ write: ShardWrite) -> NodeIndex? {
    guard write.key.bytes.count <= KeyWords.longest, let node = arena.take() else { return nil }
    if reservedNodes < arena.reserved {
      // By an eighth, so that growing to n entries moves n of each column, not n squared.
      reservedNodes = arena.reserved + arena.reserved / 8
      policy.reserve(nodes: reservedNodes)
      departures.reserve(reservedNodes)
      if isWeighted { weights.reserve(reservedNodes) }
    }
    let needsTail = EntryTail.isNeeded(for: write.entry, expiresAt: write.expiresAt)
    let pointer = arena[node]
    pointer.pointee.payload =
      write.entry.payload.map { UInt(bitPattern: Unmanaged.passRetained($0).toOpaque()) } ?? 0
    pointer.pointee.createdAt = write.entry.createdAt.nanoseconds
    pointer.pointee.attentionAt.store(
      min(write.entry.attentionAt.nanoseconds, write.expiresAt), ordering: .relaxed)
    pointer.pointee.key = KeyWords(storing: write.key.bytes)
    let word = NodeWord(
      epoch: write.epoch, keyLength: write.key.bytes.count, hasTail: needsTail)
    pointer.pointee.word.store(word.bits, ordering: .relaxed)
    if needsTail {
      let tail = EntryTail(entry: write.entry.withoutPayload, expiresAt: write.expiresAt)
      _ = arena.setTail(tail, of: node)
    }
    setWeight(write.weight, of: node)
    return node
  }

  private func setWeight(_ weight: UInt32, of node: NodeIndex) {
    if !isWeighted {
      if weight == 1 { return }
      isWeighted = true
      weights.reserve(reservedNodes)
    }
    weights[node] = weight
  }

  /// Tells the policy of a node. Entries without weight are pinned: the policy never hears of them.
  private func adopt(_ node: NodeIndex, replacing old: NodeIndex?, _ write: ShardWrite) {
    guard write.weight > 0 else {
      if let old { policy.remove(old) }
      return
    }
    guard let old, weight(of: old) > 0 else { return policy.insert(node, write.traits) }
    policy.replace(old, with: node, write.traits)
  }

  private enum Room {
    case made
    case newcomerLost
    case none
  }

  /// Evicts until `change` more weight fits, and reserves it.
  private func makeRoom(for newcomer: NodeIndex, _ change: Int, _ others: ShardGroup) -> Room {
    var freed = 0
    while !ledger.reserve(change - freed) || (freed == change && ledger.isOver) {
      if isBelowShare(others.count), let taken = others.evictElsewhere(from: self) {
        ledger.giveBack(taken)
        continue
      }
      guard let victim = policy.evict() else {
        ledger.giveBack(freed)
        return .none
      }
      if victim == newcomer {
        ledger.giveBack(freed)
        return .newcomerLost
      }
      freed += weight(of: victim)
      unlink(victim, .evicted, givesBack: false)
    }
    return .made
  }

  private func isBelowShare(_ shards: Int) -> Bool {
    guard shards > 1 else { return false }
    let share = ledger.capacity.load(ordering: .relaxed) / shards
    return weight.load(ordering: .relaxed) < share - share / 16
  }

  /// Evicts one entry for another shard; returns the weight that became free, still reserved.
  func evictOne() -> Int? {
    guard let victim = policy.evict() else { return nil }
    let freed = weight(of: victim)
    unlink(victim, .evicted, givesBack: false)
    return freed
  }

  private func publish(
    _ node: NodeIndex, _ found: (slot: Int, node: NodeIndex)?, _ write: ShardWrite
  ) {
    let print = write.fingerprint
    wheel.schedule(node, at: write.expiresAt, reserved: arena.reserved)
    change(count: found == nil ? 1 : 0, weight: Int(write.weight))
    guard let found else {
      growIfNeeded()
      if slots.add(print, node) { usedSlots += 1 }
      return
    }
    slots.set(found.slot, print, node)
    wheel.cancel(found.node)
    change(count: 0, weight: -weight(of: found.node))
    note(found.node, .replaced)
    limbo.add(.node(found.node))
  }

  /// The newcomer does not get in. What it would have replaced leaves too: it is older.
  private func turnAway(_ node: NodeIndex, _ old: NodeIndex?, _ write: ShardWrite) -> StoreWritten {
    policy.remove(node)
    note(node, .refused)
    departures.note(write.fingerprint, .refused)
    limbo.add(.node(node))
    if let old { unlink(old, .evicted, isKnownToPolicy: false) }
    return .refused(.full)
  }

  func version(of node: NodeIndex) -> Version {
    let pointer = arena[node]
    let word = NodeWord(bits: pointer.pointee.word.load(ordering: .relaxed))
    if word.hasTail, let tail = arena.tail(of: node) {
      return tail._withUnsafeGuaranteedRef { $0.entry.version }
    }
    return EntryTail.implied(createdAt: pointer.pointee.createdAt)
  }
}

extension Entry {
  /// The entry without its value, which stays in the node.
  var withoutPayload: Entry {
    var entry = self
    entry.payload = nil
    return entry
  }
}
