// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A store of bytes that several nodes share, obviously right: it orders all changes by a counter.
///
/// Every change of a key gets the next number as its version. A reader is given a number too, under
/// which a fill is accepted until the key is changed. What was removed or has expired stays known
/// by its version for a bounded time; when it is forgotten, its version becomes the *floor*, under
/// which nothing is accepted any more for keys that are not known. So a late fill never brings an
/// old value back, however late it is; at worst a good one is refused.
public final class ReferenceSharedStore: CacheStore {
  /// `reference-shared` in YAML.
  public static let kind: PluginID = "reference-shared"
  /// Holds bytes, orders writers, is seen by several processes, lists keys, locks and marks.
  public static let capabilities: StoreCapabilities = [.versions, .sharing, .scan, .locks, .marks]

  struct Record {
    var version: Version
    /// The bytes; `nil` once they were removed or have expired.
    var bytes: [UInt8]?
    /// When the bytes expire; once they have gone, when the record may be forgotten.
    var until: Timestamp
    var goneBecause = MissReason.neverCached
  }

  struct State {
    // By their bytes: nodes may hash a key under seeds of their own.
    var records: [[UInt8]: Record] = [:]
    var marks: [InvalidationMark: Version] = [:]
    var locks: [[UInt8]: (token: LockToken, until: Timestamp)] = [:]
    var counter: UInt64 = 0
    var floor = Version.none
    var isClosed = false
  }

  private let state = Lock(State())
  let clock: any CacheClock
  let hashSeed: UInt64
  private let issuer: UInt8
  private let memory: Duration

  /// Creates a store from a plan.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    (clock, issuer, memory) = (runtime.clock, options.issuer, .seconds(60))
    hashSeed = runtime.hashSeed
  }

  /// Creates a store in code, which remembers for `memory` what was removed.
  public init(runtime: CacheRuntime, issuer: UInt8 = 1, memory: Duration = .seconds(60)) {
    (clock, self.issuer, self.memory) = (runtime.clock, issuer, memory)
    hashSeed = runtime.hashSeed
  }

  /// How many entries are stored.
  public var count: Int {
    state.withLock { $0.records.values.reduce(0) { $0 + ($1.bytes == nil ? 0 : 1) } }
  }

  /// Finds bytes, and says under which version a fill will be accepted.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    try keys.mapEach { key in
      try reach { state in
        let fill = issue(&state)
        guard let record = state.records[key.bytes], let bytes = record.bytes else {
          let reason = state.records[key.bytes]?.goneBecause ?? .neverCached
          return StoreRead(miss: reason, fillVersion: fill)
        }
        var read = StoreRead(.sealed(bytes), version: record.version, fillVersion: fill)
        if record.until != .distantFuture { read.remaining = record.until - clock.now }
        return read
      }
    }
  }

  /// Stores bytes that lease and version permit; issues a version where none is given.
  public func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    try writes.mapEach { write in
      guard case .sealed(let bytes) = write.content else { return .refused(.invalid) }
      return try reach { state in
        guard write.isPermitted else { return .refused(.leaseRevoked) }
        let version = write.version ?? issue(&state)
        // A version of another issuer has no place in this order.
        guard version.issuer == issuer else { return .refused(.invalid) }
        let known = state.records[write.key.bytes]
        guard !version.isOlder(than: known?.version ?? state.floor) else { return .refused(.older) }
        if let replaced = write.replaces, known?.bytes == nil || known?.version != replaced {
          return .refused(.older)
        }
        state.records[write.key.bytes] = Record(
          version: version, bytes: bytes, until: write.expiresAt)
        return .stored(version)
      }
    }
  }

  /// Removes bytes and remembers that they were removed.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try keys.mapEach { key in
      try reach { state in
        let version = issue(&state)
        state.records[key.bytes] = tombstone(version)
        return version
      }
    }
  }

  /// The next number for each key.
  public func issue(for keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try keys.mapEach { _ in try reach { issue(&$0) } }
  }

  /// Removes a namespace, what is being filled into it included.
  public func clear(_ namespace: String) async throws {
    let prefix = Array("\(namespace):".utf8)
    try reach { state in
      state.floor = issue(&state)
      for key in state.records.keys where key.starts(with: prefix) {
        state.records[key] = tombstone(state.floor)
      }
    }
  }

  /// Forgets everything.
  public func close() async { state.withLock { $0 = State(isClosed: true) } }

  // MARK: The order

  func issue(_ state: inout State) -> Version {
    state.counter += 1
    return Version(issuer: issuer, number: state.counter)
  }

  private func tombstone(_ version: Version) -> Record {
    Record(version: version, bytes: nil, until: clock.now + memory, goneBecause: .invalidated)
  }

  func reach<Result: Sendable>(
    _ body: @Sendable (inout State) -> Result
  ) throws -> Result {
    try state.withLock { state in
      if state.isClosed { throw CacheError(.closed, "The store has been closed.") }
      settle(&state)
      return body(&state)
    }
  }

  /// Turns what has expired into tombstones and forgets the old ones.
  private func settle(_ state: inout State) {
    let now = clock.now
    for (key, record) in state.records where record.until <= now {
      if record.bytes == nil || record.until + memory <= now {
        if state.floor.isOlder(than: record.version) { state.floor = record.version }
        state.records[key] = nil
      } else {
        state.records[key] = Record(
          version: record.version, bytes: nil, until: record.until + memory, goneBecause: .expired)
      }
    }
  }
}
