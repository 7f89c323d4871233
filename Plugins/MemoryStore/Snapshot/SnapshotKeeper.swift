// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import SegmentedLog
internal import StrataCore

/// Writes a store's entries down and brings them back.
///
/// A clean shutdown leaves `path`, which holds all that was true at its end. A store that starts
/// takes that name away first: whatever happens next, nobody takes the file for the state of a
/// run that it does not know. What a run leaves that did not end cleanly may have been changed
/// since it was written, so those entries come back stale: they answer only where a stale answer
/// is allowed, and are renewed by the first read.
///
/// One store at a time has the file, by a lock: another one, also the successor of a reload, starts
/// cold and takes over when the lock is free.
final class SnapshotKeeper: Sendable {
  private let plan: SnapshotPlan
  private let store: String
  private let disk: any Disk
  private let runtime: CacheRuntime
  private let lock = Lock<(any DiskFile)?>(nil)
  private let saving = Lock<(any SpawnedTask)?>(nil)
  let coders = KnownCoders()

  init(_ plan: SnapshotPlan, store: String, disk: any Disk, runtime: CacheRuntime) {
    self.plan = plan
    self.store = store
    self.disk = disk
    self.runtime = runtime
  }

  // MARK: Start

  /// Loads what an earlier run has left. Whatever is wrong with it is reported, and the store
  /// starts cold.
  func restore(into engine: MemoryEngine, _ weigher: Weigher) {
    do {
      guard try takeLock() else {
        return report(.warning, "snapshot in use, starting cold")
      }
      guard let (path, isClean) = try claim() else { return }
      let file = try disk.open(path, .read)
      defer { file.close() }
      try load(file, isClean: isClean, into: engine, weigher)
    } catch is SnapshotReader.Damaged {
      _ = engine.removeAll(prefix: [])
      report(.warning, "snapshot damaged, starting cold")
      try? disk.remove(plan.runningPath)
    } catch {
      _ = engine.removeAll(prefix: [])
      report(.warning, "snapshot not read, starting cold", [("error", "\(error)")])
    }
  }

  private func takeLock() throws(DiskError) -> Bool {
    try disk.createDirectory(plan.directory)
    do throws(DiskError) {
      let file = try disk.lock(plan.lockPath)
      lock.withLock { $0 = file }
      return true
    } catch {
      if error.code == .locked { return false }
      throw error
    }
  }

  /// The file to load and whether it tells all; from here on none says that it does.
  private func claim() throws(DiskError) -> (path: String, isClean: Bool)? {
    if try exists(plan.path) {
      try disk.rename(plan.path, to: plan.runningPath)
      try disk.syncDirectory(plan.directory)
      return (plan.runningPath, true)
    }
    return try exists(plan.runningPath) ? (plan.runningPath, false) : nil
  }

  private func exists(_ path: String) throws(DiskError) -> Bool {
    do throws(DiskError) {
      try disk.open(path, .read).close()
      return true
    } catch {
      if error.code == .notFound { return false }
      throw error
    }
  }

  /// Reads the file twice: nothing is stored before all of it is known to be good.
  private func load(
    _ file: any DiskFile, isClean: Bool, into engine: MemoryEngine, _ weigher: Weigher
  ) throws {
    var check = try SnapshotReader(file)
    while try check.next() != nil {}
    var reader = try SnapshotReader(file)
    let now = runtime.now
    while let record = try reader.next() {
      if record.expiresAt > now.nanoseconds {
        try restore(record, isClean: isClean, now, into: engine, weigher)
      }
    }
    report(.info, "snapshot loaded", [("entries", "\(engine.count)"), ("clean", "\(isClean)")])
  }

  private func restore(
    _ record: SnapshotRecord, isClean: Bool, _ now: Timestamp, into engine: MemoryEngine,
    _ weigher: Weigher
  ) throws {
    let key = CacheKey(bytes: record.key, seed: engine.seed)
    let coder = FrozenCoder(codec: record.codec, schema: record.schema)
    guard var entry = try? Envelope.open(record.envelope, for: key, coder: coder) else {
      throw SnapshotReader.Damaged()
    }
    if !isClean { entry = entry.expired(at: now) }
    let weight = weigher.weight(of: entry, keyLength: record.key.count)
    // Epoch 0 is before every other: the first read of each goes by the full road.
    _ = key.withView { view in
      engine.set(
        ShardWrite(
          key: view, entry: entry, expiresAt: record.expiresAt, epoch: 0, weight: weight,
          isPermitted: { true }))
    }
  }

  // MARK: Saving

  /// Saves now and then, where the plan says so.
  func startSaving(_ engine: MemoryEngine) {
    guard let interval = plan.interval else { return }
    let clock = runtime.clock
    let task = runtime.tasks.spawn("memory store snapshot") { [self] in
      while (try? await clock.sleep(for: interval)) != nil {
        save(engine, to: plan.runningPath)
      }
    }
    saving.withLock { $0 = task }
  }

  /// Saves what is there at the end, and lets go of the file.
  func finish(_ engine: MemoryEngine) async {
    if let task = saving.withLock({ $0.take() }) {
      task.cancel()
      await task.wait()
    }
    if save(engine, to: plan.path) { try? disk.remove(plan.runningPath) }
    lock.withLock { $0.take() }?.close()
  }

  @discardableResult
  private func save(_ engine: MemoryEngine, to path: String) -> Bool {
    do {
      if lock.withLock({ $0 == nil }) {
        guard try takeLock() else {
          report(.warning, "snapshot in use, nothing is saved")
          return false
        }
        // What the store before has left is older than this one's entries.
        _ = try claim()
      }
      try write(engine)
      try disk.rename(plan.draftPath, to: path)
      try disk.syncDirectory(plan.directory)
      return true
    } catch {
      report(.warning, "snapshot not saved", [("error", "\(error)")])
      return false
    }
  }

  private func write(_ engine: MemoryEngine) throws {
    try? disk.remove(plan.draftPath)
    let file = try disk.open(plan.draftPath, .create)
    defer { file.close() }
    let now = runtime.now
    var writer = SnapshotWriter(file, savedAt: now)
    for shard in 0..<engine.shards.count {
      for item in engine.entries(inShard: shard) where item.expiresAt > now.nanoseconds {
        guard let record = record(of: item, seed: engine.seed) else { continue }
        try writer.write(record)
      }
    }
    try writer.finish()
    report(.debug, "snapshot saved", [("entries", "\(writer.count)")])
  }

  /// `nil` where nobody has said how values of its type are encoded, or they cannot be.
  private func record(of item: ShardEntry, seed: UInt64) -> SnapshotRecord? {
    let key = CacheKey(bytes: item.key, seed: seed)
    guard let coder = coders.coder(for: item.entry),
      let envelope = try? Envelope.seal(item.entry, for: key, coder: coder)
    else { return nil }
    return SnapshotRecord(
      key: item.key, codec: coder.codec, schema: coder.schema, expiresAt: item.expiresAt,
      envelope: envelope)
  }

  private func report(
    _ level: CacheReport.Level, _ message: String, _ details: [(name: String, value: String)] = []
  ) {
    runtime.reporter.report(CacheReport(level, message, source: store, details: details))
  }
}
