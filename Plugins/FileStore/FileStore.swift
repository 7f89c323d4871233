// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import SegmentedLog
public import StrataCore

/// A store in files: survives a restart, holds more than memory, needs no server.
///
/// Segments are only appended to, an index in memory finds a record with one read, and space comes
/// back a segment at a time (see `README.md`). A disk that is full, read-only or failing makes
/// misses and refusals, never errors, and is tried again after a second; only with
/// `durability: always` is a write that could not be made durable an error.
public final class FileStore: CacheStore {
  /// `file`.
  public static let kind: PluginID = "file"
  /// Survives a restart.
  public static let capabilities: StoreCapabilities = .persistence

  static let directory = PluginOption(
    "path", .text, "The directory, which the store has to itself.")
  static let capacity = PluginOption(
    "capacity", .size, default: 1 << 30, "The bytes that all files may take.")
  static let segmentSize = PluginOption<Int?>(
    "segment-size", .optional(.size), default: nil,
    "The bytes of one segment; a thirty-second of the capacity where nothing is written.")
  static let largestValue = PluginOption(
    "max-value", .size, default: 64 << 20, "The largest value that is stored.")
  static let durability = PluginOption(
    "durability", .choice, default: FileDurability.none,
    "When a write is safe from a loss of power: never on purpose, each interval, or always.")
  static let interval = PluginOption(
    "interval", .duration, default: Duration.seconds(1),
    "How often what was gathered is written out, and with durability interval made durable.")

  /// The options.
  public static var options: [any OptionDeclaration] {
    [directory, capacity, segmentSize, largestValue, durability, interval]
  }

  private enum State: Sendable {
    case new
    case open(FileEngine)
    /// The directory could not be opened; it is tried again at that time.
    case failed(retryAt: Timestamp)
    case closed
  }

  private let shape: FileShape
  private let name: String
  private let runtime: CacheRuntime
  private let disk: any Disk
  private let interval: Duration
  private let state = Lock(State.new)
  private let opening = Lock(())
  private let flusher = Lock<(any SpawnedTask)?>(nil)

  /// Creates the store; ``open()`` opens the directory.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    guard let disk = runtime.disk else {
      throw options.error(about: Self.directory, "this process has no disk")
    }
    let capacity = try options(Self.capacity)
    guard capacity >= 64 << 10 else {
      throw options.error(about: Self.capacity, "is too small; write 64KiB or more")
    }
    var shape = FileShape(
      directory: try options(Self.directory), capacity: capacity,
      segmentSize: try options(Self.segmentSize))
    shape.largestValue = min(try options(Self.largestValue), 64 << 20)
    shape.durability = try options(Self.durability)
    self.shape = shape
    self.disk = disk
    self.runtime = runtime
    name = options.name
    interval = max(try options(Self.interval), .milliseconds(1))
  }

  /// Opens the directory. Throws where another process has it; every other failure makes misses
  /// until the directory can be opened.
  public func open() async throws {
    do throws(DiskError) {
      try openEngine()
    } catch  where error.code == .locked {
      throw CacheError(
        .storeFailed, "'\(shape.directory)' is in use by another process", underlying: error)
    } catch {}
    let task = runtime.tasks.spawn("file store flush") { await self.flushForever() }
    flusher.withLock { $0 = task }
  }

  /// Finds what is stored for each key, reading in the order of the files.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    let engine = try engine()
    let now = runtime.clock.coarseNow
    switch keys {
    case .one(let key):
      guard let engine else { return .one(StoreRead(miss: .unavailable)) }
      return .one(key.bytes.withUnsafeBytes { StoreRead(engine.get($0, now: now)) })
    case .many(let keys):
      guard let engine else {
        return .many(keys.map { _ in StoreRead(miss: .unavailable) })
      }
      return .many(engine.get(keys, now: now).map { StoreRead($0) })
    }
  }

  /// Stores each entry, unless its lease or a newer version forbids it.
  public func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    guard let engine = try engine() else { return writes.mapEach { _ in .refused(.full) } }
    var marks: [UInt64] = []
    let results = writes.mapEach { write -> StoreWritten in
      guard case .sealed(let bytes) = write.content else { return .refused(.notStorable) }
      let result = write.key.bytes.withUnsafeBytes { key in
        bytes.withUnsafeBytes { value in
          engine.put(key, value, expiry: write.expiresAt, version: write.version) {
            write.isPermitted
          }
        }
      }
      switch result {
      case .stored(let mark):
        marks.append(mark)
        return .stored(write.version ?? .none)
      case .refused(let reason): return .refused(reason)
      case .unavailable: return .refused(.full)
      }
    }
    try await commit(marks, engine)
    return results
  }

  /// Removes each key.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    guard let engine = try engine() else { return keys.mapEach { _ in nil } }
    var marks: [UInt64] = []
    for key in keys {
      if let mark = key.bytes.withUnsafeBytes({ engine.remove($0) }) { marks.append(mark) }
    }
    try await commit(marks, engine)
    return keys.mapEach { _ in nil }
  }

  /// Removes everything whose key begins with `namespace` and a colon. O(1); the space comes back
  /// with the segments.
  public func clear(_ namespace: String) async throws {
    guard let engine = try engine() else { return }
    let mark = engine.clear(Array((namespace + ":").utf8))
    try await commit(mark.map { [$0] } ?? [], engine)
  }

  /// Writes out what was gathered, leaves a snapshot of the index, and lets the directory go.
  public func close() async {
    if let task = flusher.withLock({ $0.take() }) {
      task.cancel()
      await task.wait()
    }
    let engine = state.withLock { state -> FileEngine? in
      defer { state = .closed }
      if case .open(let engine) = state { return engine }
      return nil
    }
    engine?.close()
  }

  /// What the store has counted; empty while the directory is not open.
  public var statistics: FileStatistics {
    guard case .open(let engine) = state.withLock({ $0 }) else { return FileStatistics() }
    return engine.statistics
  }
}

extension FileStore {
  private func commit(_ marks: [UInt64], _ engine: FileEngine) async throws {
    guard shape.durability == .always else { return }
    guard engine.catalog.debts.isEmpty else {
      throw CacheError(.storeFailed, "a removal could not be made durable")
    }
    do throws(DiskError) {
      try await engine.writer.commit(marks)
    } catch {
      throw CacheError(.storeFailed, "the write may not be durable", underlying: error)
    }
  }

  /// The open engine; `nil` while the directory cannot be opened.
  private func engine() throws -> FileEngine? {
    switch state.withLock({ $0 }) {
    case .open(let engine): return engine
    case .failed(let retryAt):
      guard runtime.clock.coarseNow >= retryAt else { return nil }
      try? openEngine()
      if case .open(let engine) = state.withLock({ $0 }) { return engine }
      return nil
    case .new, .closed: throw CacheError(.closed, "the file store '\(name)' is not open")
    }
  }

  /// Opens the directory unless somebody has meanwhile.
  private func openEngine() throws(DiskError) {
    try opening.withLock { _ throws(DiskError) in
      switch state.withLock({ $0 }) {
      case .open, .closed: return
      case .new, .failed: break
      }
      do throws(DiskError) {
        let engine = try FileRecovery.open(shape, name: name, disk: disk, runtime: runtime)
        state.withLock { $0 = .open(engine) }
      } catch {
        let retryAt = runtime.clock.now + shape.retryAfter
        state.withLock { $0 = .failed(retryAt: retryAt) }
        runtime.reporter.report(
          CacheReport(
            .warning, "directory not opened", source: name,
            details: [("disk", error.description)]))
        throw error
      }
    }
  }

  private func flushForever() async {
    while !Task.isCancelled {
      do { try await runtime.clock.sleep(for: interval) } catch { return }
      guard case .open(let engine) = state.withLock({ $0 }) else { continue }
      if shape.durability == .none { engine.flush() } else { try? engine.sync() }
    }
  }
}

extension StoreRead {
  init(_ result: GetResult) {
    switch result {
    case .hit(let bytes): self.init(.sealed(bytes))
    case .miss(let reason): self.init(miss: reason)
    }
  }
}
