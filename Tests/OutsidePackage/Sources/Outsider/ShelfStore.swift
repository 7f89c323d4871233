// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A store that keeps a fixed number of envelopes and drops the oldest: the guide "Write a store".
public final class ShelfStore: CacheStore {
  /// `kind: shelf` in YAML.
  public static let kind: PluginID = "shelf"
  /// Bytes in this process, and nothing more.
  public static let capabilities: StoreCapabilities = []

  enum Option {
    static let places = PluginOption(
      "places", .integer(1...1_000_000), default: 1_000, "How many entries there is room for.")
  }

  /// How much there is room for.
  public static let options: [any OptionDeclaration] = [Option.places]

  private struct Record {
    var content: StoredContent
    var expiresAt: Timestamp
    var version: Version
  }

  private struct State {
    var records: [CacheKey: Record] = [:]
    /// Keys by the order in which they came; a key that was removed stays until it is its turn.
    var order: [CacheKey] = []
    var isOpen = true
  }

  private let state = Lock(State())
  private let clock: any CacheClock
  private let places: Int

  /// Creates the store.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    clock = runtime.clock
    places = try options(Option.places)
  }

  /// Finds what is kept, unless its time is over.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    let now = clock.now
    return try whileOpen { state in
      keys.mapEach { key in
        guard let record = state.records[key] else { return StoreRead(miss: .neverCached) }
        if record.expiresAt <= now { return StoreRead(miss: .expired) }
        return StoreRead(record.content)
      }
    }
  }

  /// Keeps what lease and version permit.
  public func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    try whileOpen { state in writes.mapEach { keep($0, in: &state) } }
  }

  private func keep(_ write: StoreWrite, in state: inout State) -> StoreWritten {
    guard write.isPermitted else { return .refused(.leaseRevoked) }
    let version = write.version ?? .none
    if let known = state.records[write.key], version.isOlder(than: known.version) {
      return .refused(.older)
    }
    if state.records[write.key] == nil { state.order.append(write.key) }
    state.records[write.key] = Record(
      content: write.content, expiresAt: write.expiresAt, version: version)
    while state.records.count > places || state.order.count > 2 * places {
      let oldest = state.order.removeFirst()
      if oldest != write.key { state.records[oldest] = nil }
    }
    return .stored(version)
  }

  /// Removes entries.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try whileOpen { state in
      keys.mapEach { key in
        state.records[key] = nil
        return nil
      }
    }
  }

  /// Removes everything of a namespace.
  public func clear(_ namespace: String) async throws {
    let prefix = Array("\(namespace):".utf8)
    try whileOpen { state in
      state.records = state.records.filter { !$0.key.bytes.starts(with: prefix) }
      state.order = state.order.filter { state.records[$0] != nil }
    }
  }

  /// Forgets everything; calls that come later throw.
  public func close() async {
    state.withLock { state in
      state = State()
      state.isOpen = false
    }
  }

  private func whileOpen<Result>(_ body: (inout State) -> Result) throws -> Result {
    try state.withLock { state in
      guard state.isOpen else { throw CacheError(.closed, "The shelf has been closed.") }
      return body(&state)
    }
  }
}
