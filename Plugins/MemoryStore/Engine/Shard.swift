// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch
internal import StrataCore
internal import Synchronization

/// One slice of the engine: a table, its nodes, a policy, a wheel, and the lock that writers take.
///
/// Readers use `table`, `directory`, `stripes` and `skip` only, inside a pinned section, and never
/// the lock. Everything else belongs to whoever holds the lock (``locked(_:)``).
final class Shard: @unchecked Sendable {
  // Sendable: what readers touch is atomic or immutable; all other state is reached under `lock`.

  // MARK: What readers use

  let table: Atomic<UInt>
  let directory: UnsafeMutablePointer<Atomic<UInt>>
  let stripes: Stripes
  /// One read in `skip + 1` is recorded.
  let skip = Atomic<Int>(0)

  // MARK: What belongs to the lock
  //
  // The lock already keeps accesses apart, so the run-time checks for overlapping ones, a tenth of
  // a write, are left out; no method hands one of these out and calls back into the shard.

  private let lock: UnsafeMutablePointer<strata_lock>
  let ledger: WeightLedger
  let seed: UInt64
  let policy: any EvictionPolicy
  @exclusivity(unchecked) var arena: NodeArena
  @exclusivity(unchecked) var wheel = TimerWheel()
  @exclusivity(unchecked) var limbo = Limbo()
  @exclusivity(unchecked) var departures = MissMemory()
  @exclusivity(unchecked) var weights = Column<UInt32>(filler: 1)
  @exclusivity(unchecked) var isWeighted = false
  @exclusivity(unchecked) var events: [RemovalEvent] = []
  @exclusivity(unchecked) var recordsEvents = false
  let waitingEvents = Atomic<Int>(0)
  @exclusivity(unchecked) var lostEvents = 0
  /// How many entries left, in the order of `RemovalCause.allCases`.
  @exclusivity(unchecked) var causes = [Int](repeating: 0, count: RemovalCause.allCases.count)
  /// Slots of the table that are in use or hold a removal mark.
  @exclusivity(unchecked) var usedSlots = 0
  @exclusivity(unchecked) var reservedNodes = 0
  @exclusivity(unchecked) var evictionsSinceDrain = 0
  @exclusivity(unchecked) private var writesSinceDrain = 0

  /// The number of entries, and their weight; written under the lock, read by anybody.
  let count = Atomic<Int>(0)
  let weight = Atomic<Int>(0)

  init(
    policy: any EvictionPolicy, ledger: WeightLedger, pool: ChunkPool, seed: UInt64, stripes: Int
  ) {
    self.policy = policy
    arena = NodeArena(pool)
    self.ledger = ledger
    self.seed = seed
    self.stripes = Stripes(count: stripes)
    table = Atomic(SlotTable(size: 64).address)
    directory = arena.directory
    lock = .allocate(capacity: 1)
    lock.initialize(to: strata_lock(state: 0))
  }

  /// No reader can be left when the last reference goes.
  deinit {
    for object in bury(limbo.drain()) { object.release() }
    forEachNode { release($0) }
    slots.free()
    lock.deallocate()
  }

  var slots: SlotTable { SlotTable(address: table.load(ordering: .relaxed)) }

  /// Runs `body` under the lock; then frees what can be freed, objects only after the lock.
  func locked<Result>(_ body: () -> Result) -> Result {
    strata_lock_take(lock)
    let result = body()
    finish()
    return result
  }

  /// As ``locked(_:)``, if nobody else holds the lock.
  func lockedIfFree(_ body: () -> Void) {
    guard strata_lock_try(lock) else { return }
    body()
    finish()
  }

  /// Frees whatever can be freed, full batch or not.
  func reclaim() {
    strata_lock_take(lock)
    let objects = limbo.isEmpty ? [] : bury(limbo.collect())
    strata_lock_give(lock)
    Self.release(objects)
  }

  private func finish() {
    guard limbo.isDue else { return strata_lock_give(lock) }
    let objects = bury(limbo.collect())
    strata_lock_give(lock)
    Self.release(objects)
  }

  // MARK: Reads that were recorded

  /// Tells the policy what was read. Called when a buffer is full and, now and then, by writers.
  func drainReads() {
    stripes.drain { policy.access($0) }
    let isCalm = evictionsSinceDrain == 0
    if skip.load(ordering: .relaxed) != (isCalm ? 7 : 0) {
      skip.store(isCalm ? 7 : 0, ordering: .relaxed)
    }
    evictionsSinceDrain = 0
  }

  func drainReadsSometimes() {
    writesSinceDrain += 1
    guard writesSinceDrain >= 32 else { return }
    writesSinceDrain = 0
    drainReads()
  }

  // MARK: Nodes

  /// The index of the node that holds the key, and its slot.
  func find(_ key: KeyView) -> (slot: Int, node: NodeIndex)? {
    let probe = KeyWords(probe: key.bytes)
    return slots.find(Fingerprint(truncatingIfNeeded: key.hash >> 32)) { index in
      let node = arena[index]
      let word = NodeWord(bits: node.pointee.word.load(ordering: .relaxed))
      return word.keyLength == key.bytes.count && node.pointee.key.matches(probe, key.bytes)
    }
  }

  func forEachNode(_ body: (NodeIndex) -> Void) {
    slots.forEach(body)
  }

  func weight(of node: NodeIndex) -> Int { isWeighted ? Int(weights[node]) : 1 }

  func withKey<Result>(of node: NodeIndex, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let pointer = arena[node]
    let word = NodeWord(bits: pointer.pointee.word.load(ordering: .relaxed))
    return pointer.pointee.key.withBytes(count: word.keyLength, body)
  }

  func fingerprint(of node: NodeIndex) -> Fingerprint {
    withKey(of: node) { Fingerprint(truncatingIfNeeded: KeyHash.hash($0, seed: seed) >> 32) }
  }

  /// When a node ends.
  func end(of node: NodeIndex) -> Int64 {
    let pointer = arena[node]
    let word = NodeWord(bits: pointer.pointee.word.load(ordering: .relaxed))
    if word.hasTail, let tail = arena.tail(of: node) {
      return tail._withUnsafeGuaranteedRef { $0.expiresAt }
    }
    return pointer.pointee.attentionAt.load(ordering: .relaxed)
  }

  // MARK: The end of things

  /// Frees what limbo let go; returns the objects, to be released outside the lock.
  private func bury(_ items: [Limbo.Item]) -> [Unmanaged<AnyObject>] {
    var objects: [Unmanaged<AnyObject>] = []
    objects.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      if index + Self.lookahead < items.count, case .node(let next) = items[index + Self.lookahead]
      {
        strata_prefetch(arena[next])
      }
      switch item {
      case .table(let table): table.free()
      case .tail(let tail): objects.append(.fromOpaque(tail.toOpaque()))
      case .node(let node):
        empty(node) { objects.append($0) }
        arena.give(node)
      }
    }
    return objects
  }

  /// What waits in limbo has left the caches of the processor: the next few are fetched meanwhile.
  private static let lookahead = 6

  private static func release(_ objects: [Unmanaged<AnyObject>]) {
    for (index, object) in objects.enumerated() {
      if index + lookahead < objects.count {
        strata_prefetch(objects[index + lookahead].toOpaque())
      }
      object.release()
    }
  }

  private func release(_ node: NodeIndex) { empty(node) { $0.release() } }

  private func empty(_ node: NodeIndex, _ object: (Unmanaged<AnyObject>) -> Void) {
    let pointer = arena[node]
    let word = NodeWord(bits: pointer.pointee.word.load(ordering: .relaxed))
    if let payload = UnsafeRawPointer(bitPattern: pointer.pointee.payload) {
      object(.fromOpaque(payload))
      pointer.pointee.payload = 0
    }
    if word.hasTail, let tail = arena.setTail(nil, of: node) {
      object(.fromOpaque(tail.toOpaque()))
    }
    pointer.pointee.key.free(count: word.keyLength)
    pointer.pointee.word.store(0, ordering: .relaxed)
  }
}
