// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A store that is obviously right and nothing else: a dictionary behind one lock.
///
/// Tests use it where the store is not the subject, and `checkStore` measures others by its
/// behaviour. It is unbounded and keeps no count of anything.
public final class ReferenceStore: FastStore, ScanningStore {
  /// `reference` in YAML.
  public static let kind: PluginID = "reference"
  /// Holds objects and lists keys.
  public static let capabilities: StoreCapabilities = [.objects, .scan]

  private struct Record {
    var entry: Entry
    var epoch: UInt64
  }

  private let records = Lock<[CacheKey: Record]>([:])
  private let isClosed = Lock(false)
  private let clock: any CacheClock

  /// Creates a store from a plan.
  public init(
    options: StoreOptions, runtime: CacheRuntime
  ) throws(ConfigurationError) { clock = runtime.clock }

  /// Creates a store in code.
  public init(runtime: CacheRuntime) { clock = runtime.clock }

  /// How many entries are stored, expired ones that nobody asked for included.
  public var count: Int { records.withLock { $0.count } }

  /// Finds entries.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    try checkOpen()
    return keys.mapEach { key in
      lookup(key).map { StoreRead(.entry($0.entry)) } ?? StoreRead(miss: .neverCached)
    }
  }

  /// Stores entries that lease and version permit.
  public func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    try checkOpen()
    return writes.mapEach { write in
      guard case .entry(let entry) = write.content else { return .refused(.invalid) }
      return records.withLock { records in
        guard write.isPermitted else { return .refused(.leaseRevoked) }
        if let known = records[write.key], entry.version.isOlder(than: known.entry.version) {
          return .refused(.older)
        }
        records[write.key] = Record(entry: entry, epoch: write.epoch)
        return .stored(entry.version)
      }
    }
  }

  /// Removes entries.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try checkOpen()
    return keys.mapEach { key in
      records.withLock { $0[key] = nil }
      return nil
    }
  }

  /// Removes a namespace.
  public func clear(_ namespace: String) async throws {
    try checkOpen()
    let prefix = Array("\(namespace):".utf8)
    records.withLock { records in
      records = records.filter { !$0.key.bytes.starts(with: prefix) }
    }
  }

  /// The keys that match, in pages of about `limit`.
  public func scan(
    _ pattern: KeyPattern, from cursor: ScanCursor, limit: Int
  ) async throws -> ScanPage {
    try checkOpen()
    return ScanPage(of: records.withLock { Array($0.keys) }, pattern, from: cursor, limit: limit)
  }

  /// Forgets everything.
  public func close() async {
    isClosed.withLock { $0 = true }
    records.withLock { $0 = [:] }
  }

  private func checkOpen() throws {
    if isClosed.withLock({ $0 }) { throw CacheError(.closed, "The store has been closed.") }
  }

  // MARK: The fast road

  /// Shows the entry.
  public func peek(_ key: KeyView, _ body: (Unmanaged<Payload>?, Timestamp, UInt64) -> Void) {
    let owned = CacheKey(key)
    guard let record = records.withLock({ $0[owned] }) else { return }
    body(
      record.entry.payload.map(Unmanaged.passUnretained), record.entry.attentionAt, record.epoch)
    withExtendedLifetime(record) {}
  }

  /// The entry, unless its time is over.
  public func lookup(_ key: CacheKey) -> (entry: Entry, epoch: UInt64)? {
    let now = clock.now
    guard let record = records.withLock({ $0[key] }), record.entry.isUsable(at: now) else {
      return nil
    }
    return (record.entry, record.epoch)
  }

  /// This store remembers nothing of what it lost.
  public func missReason(for key: CacheKey) -> MissReason { .neverCached }

  /// Notes the epoch of the last check.
  public func confirm(_ key: CacheKey, version: Version, epoch: UInt64) {
    records.withLock { records in
      if records[key]?.entry.version == version { records[key]?.epoch = epoch }
    }
  }

  /// Changes the times of an entry.
  public func adjust(
    _ key: CacheKey, version: Version, _ change: (inout Entry) -> Void
  ) -> Bool {
    records.withLock { records in
      guard var record = records[key], record.entry.version == version else { return false }
      change(&record.entry)
      records[key] = record
      return true
    }
  }
}
