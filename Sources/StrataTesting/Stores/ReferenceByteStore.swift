// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A store of bytes that is obviously right and nothing else: one dictionary behind one lock.
///
/// It stands for whatever keeps envelopes and issues no versions of its own, such as a file on the
/// local disk. ``ReferenceSharedStore`` stands for what several nodes share.
public final class ReferenceByteStore: ScanningStore {
  /// `reference-bytes` in YAML.
  public static let kind: PluginID = "reference-bytes"
  /// Holds bytes and lists keys.
  public static let capabilities: StoreCapabilities = [.scan]

  private struct Record {
    var bytes: [UInt8]
    var version: Version
    var expiresAt: Timestamp
  }

  private struct State {
    var records: [CacheKey: Record] = [:]
    var isClosed = false
  }

  private let state = Lock(State())
  private let clock: any CacheClock

  /// Creates a store from a plan.
  public init(
    options: StoreOptions, runtime: CacheRuntime
  ) throws(ConfigurationError) { clock = runtime.clock }

  /// Creates a store in code.
  public init(runtime: CacheRuntime) { clock = runtime.clock }

  /// How many entries are stored, expired ones that nobody asked for included.
  public var count: Int { state.withLock { $0.records.count } }

  /// Finds bytes.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    let now = clock.now
    return try keys.mapEach { key in
      try reach { state in
        guard let record = state.records[key] else { return StoreRead(miss: .neverCached) }
        return now < record.expiresAt
          ? StoreRead(.sealed(record.bytes)) : StoreRead(miss: .expired)
      }
    }
  }

  /// Stores bytes that lease and version permit.
  public func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    try writes.mapEach { write in
      guard case .sealed(let bytes) = write.content else { return .refused(.invalid) }
      let version = write.version ?? .none
      return try reach { state in
        guard write.isPermitted else { return .refused(.leaseRevoked) }
        if let known = state.records[write.key], version.isOlder(than: known.version) {
          return .refused(.older)
        }
        state.records[write.key] = Record(
          bytes: bytes, version: version, expiresAt: write.expiresAt)
        return .stored(version)
      }
    }
  }

  /// Removes bytes.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try keys.mapEach { key in
      try reach { $0.records[key] = nil }
      return nil
    }
  }

  /// Removes a namespace.
  public func clear(_ namespace: String) async throws {
    let prefix = Array("\(namespace):".utf8)
    try reach { state in
      state.records = state.records.filter { !$0.key.bytes.starts(with: prefix) }
    }
  }

  /// The keys that match, in pages of about `limit`.
  public func scan(
    _ pattern: KeyPattern, from cursor: ScanCursor, limit: Int
  ) async throws -> ScanPage {
    let keys = try reach { Array($0.records.keys) }
    return ScanPage(of: keys, pattern, from: cursor, limit: limit)
  }

  /// Forgets everything.
  public func close() async { state.withLock { $0 = State(isClosed: true) } }

  private func reach<Result: Sendable>(
    _ body: @Sendable (inout State) -> Result
  ) throws -> Result {
    try state.withLock { state in
      if state.isClosed { throw CacheError(.closed, "The store has been closed.") }
      return body(&state)
    }
  }
}
