// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A store in this process: concurrent, bounded, with eviction by name and exact expiry.
///
/// Reads take no lock. A write holds the lock of one shard. Entries leave when the bound demands it
/// (see ``EvictionPolicy``), when their time is over, or when they are removed; a timer, which runs
/// only while some entry has an end, removes expired ones within half a second of their time.
public final class MemoryStore: FastStore {
  /// `memory` in YAML.
  public static let kind: PluginID = "memory"
  /// Holds live objects, and lists keys.
  public static let capabilities: StoreCapabilities = [.objects, .scan]

  let engine: MemoryEngine
  let weigher: Weigher
  let runtime: CacheRuntime
  private let name: String
  let upkeep: Housekeeping
  let snapshots: SnapshotKeeper?

  /// Creates the store of a plan.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    let settings = try MemorySettings(options)
    name = options.name
    self.runtime = runtime
    weigher = settings.weigher
    engine = MemoryEngine(settings.plan, seed: runtime.hashSeed)
    upkeep = Housekeeping(engine, runtime)
    if let plan = settings.snapshot {
      guard let disk = runtime.disk else {
        throw options.error(about: MemorySettings.Option.snapshot, "this process has no disk")
      }
      snapshots = SnapshotKeeper(plan, store: name, disk: disk, runtime: runtime)
    } else {
      snapshots = nil
    }
  }

  /// Creates a store in code.
  ///
  /// A policy that the catalog does not know is replaced by the default one. `weigh` says what an
  /// entry takes of the capacity, in a unit of its own; an entry of weight 0 is pinned: it never
  /// leaves for others. Without it entries weigh 1, or their estimated bytes.
  public init(
    capacity: MemoryCapacity, policy: String = PolicyCatalog.defaultName,
    catalog: PolicyCatalog = .builtIn, weigh: (@Sendable (Entry) -> Int)? = nil,
    runtime: CacheRuntime
  ) {
    var settings = MemorySettings(capacity: capacity, policy: policy, catalog: catalog)
    settings.weigher.custom = weigh
    name = "memory"
    self.runtime = runtime
    weigher = settings.weigher
    engine = MemoryEngine(settings.plan, seed: runtime.hashSeed)
    upkeep = Housekeeping(engine, runtime)
    snapshots = nil
  }

  // MARK: The slow road

  /// Finds entries.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    try checkOpen()
    return keys.mapEach { key in
      guard let found = lookup(key) else { return StoreRead(miss: missReason(for: key)) }
      return StoreRead(.entry(found.entry))
    }
  }

  /// Stores entries that lease, version and weight permit.
  public func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    try checkOpen()
    return writes.mapEach { put($0) }
  }

  /// Removes entries.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try checkOpen()
    defer { upkeep.deliverEvents() }
    return keys.mapEach { key in
      _ = key.withView { engine.remove($0) }
      return nil
    }
  }

  /// Removes one entry, synchronously; returns whether it was there.
  @discardableResult
  public func removeNow(_ key: CacheKey) -> Bool {
    defer { upkeep.deliverEvents() }
    return key.withView { engine.remove($0) }
  }

  /// Removes a namespace. O(entries).
  public func clear(_ namespace: String) async throws {
    try checkOpen()
    _ = engine.removeAll(prefix: Array("\(namespace):".utf8))
    upkeep.deliverEvents()
  }

  /// Brings back what an earlier run has left, where the plan names a file for it.
  public func open() async throws {
    snapshots?.restore(into: engine, weigher)
    snapshots?.startSaving(engine)
  }

  /// Lets nobody in any more, sweeps no more, and writes down what is there. Entries are freed with
  /// the store.
  public func close() async {
    let isFirst = !upkeep.isEnded
    upkeep.end()
    if isFirst { await snapshots?.finish(engine) }
  }

  private func checkOpen() throws {
    if upkeep.isEnded {
      throw CacheError(.closed, "The memory store '\(name)' is closed.")
    }
  }

  // MARK: The fast road

  /// Stores one entry, synchronously.
  public func put(_ write: StoreWrite) -> StoreWritten {
    guard case .entry(let entry) = write.content else { return .refused(.invalid) }
    let weight = weigher.weight(of: entry, keyLength: write.key.bytes.count)
    let written = write.key.withView { key in
      engine.set(
        ShardWrite(
          key: key, entry: entry, expiresAt: write.expiresAt.nanoseconds, epoch: write.epoch,
          weight: weight, isPermitted: { write.isPermitted }))
    }
    if write.expiresAt != .distantFuture { upkeep.watchTime() }
    upkeep.deliverEvents()
    return written
  }

  /// Shows the entry. One lookup, no lock, no allocation, no reference count.
  public func peek(_ key: KeyView, _ body: (Unmanaged<Payload>?, Timestamp, UInt64) -> Void) {
    engine.peek(key, body)
  }

  /// The whole entry, unless its time is over.
  public func lookup(_ key: CacheKey) -> (entry: Entry, epoch: UInt64)? {
    let now = runtime.clock.now.nanoseconds
    return key.withView { engine.lookup($0, now: now) }
  }

  /// Why there is no entry.
  public func missReason(for key: CacheKey) -> MissReason {
    key.withView { engine.missReason(for: $0) }
  }

  /// Notes the epoch of the last check.
  public func confirm(_ key: CacheKey, version: Version, epoch: UInt64) {
    key.withView { engine.confirm($0, version: version, epoch: epoch) }
  }

  /// Changes the times of an entry.
  public func adjust(
    _ key: CacheKey, version: Version, _ change: (inout Entry) -> Void
  ) -> Bool {
    defer { upkeep.watchTime() }
    return key.withView { engine.adjust($0, version: version, change) }
  }

  // MARK: Events

  /// Has `listener` told of every entry that leaves, with its cause.
  ///
  /// Calls come from a task of the store's own, not from the caller that made the entry leave; for
  /// one key in the order in which it happened. A listener that blocks delays other listeners of
  /// this store and nothing else; what then does not find room among the waiting events is dropped
  /// and counted, see ``lostEvents``.
  public func onRemoval(_ listener: @escaping @Sendable (RemovalEvent) -> Void) {
    upkeep.add(listener)
  }
}
