// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Wraps a store and lets its operations go wrong as a ``ChaosPlan`` says.
///
/// Chance is drawn from the runtime, so a simulated run replays. Over a ``FastStore`` it is one
/// too: synchronous lookups are memory and never go wrong; storing and removing do.
public final class ChaosStore<Wrapped: CacheStore>: CacheStore {
  /// The wrapped store's kind.
  public static var kind: PluginID { Wrapped.kind }
  /// The wrapped store's options.
  public static var options: [any OptionDeclaration] { Wrapped.options }
  /// The wrapped store's capabilities.
  public static var capabilities: StoreCapabilities { Wrapped.capabilities }

  /// The store that is wrapped.
  public let wrapped: Wrapped
  private let runtime: CacheRuntime
  private let current: Lock<ChaosPlan>
  private let counts = Lock<[StoreOperation: Int]>([:])
  private let struck = Lock<[ChaosFailure]>([])

  /// Wraps `wrapped`.
  public init(_ wrapped: Wrapped, runtime: CacheRuntime, plan: ChaosPlan = .calm) {
    self.wrapped = wrapped
    self.runtime = runtime
    current = Lock(plan)
  }

  /// Creates a calm store from a plan of caches.
  public convenience init(
    options: StoreOptions, runtime: CacheRuntime
  ) throws(ConfigurationError) {
    self.init(try Wrapped(options: options, runtime: runtime), runtime: runtime)
  }

  /// What goes wrong from now on.
  public var plan: ChaosPlan {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  /// How many operations of a kind there have been.
  public func count(of operation: StoreOperation) -> Int {
    counts.withLock { $0[operation, default: 0] }
  }

  /// What has gone wrong so far, in order.
  public var faults: [ChaosFailure] { struck.withLock { $0 } }

  /// Finds, unless something goes wrong.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    try await carryOut(.get) { [wrapped] in try await wrapped.get(keys) }
  }

  /// Stores, unless something goes wrong.
  public func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    try await carryOut(.set) { [wrapped] in try await wrapped.set(writes) }
  }

  /// Removes, unless something goes wrong.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try await carryOut(.remove) { [wrapped] in try await wrapped.remove(keys) }
  }

  /// Clears, unless something goes wrong.
  public func clear(_ namespace: String) async throws {
    try await carryOut(.clear) { [wrapped] in try await wrapped.clear(namespace) }
  }

  /// Issues versions, unless something goes wrong.
  public func issue(for keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try await carryOut(.issue) { [wrapped] in try await wrapped.issue(for: keys) }
  }

  /// Opens, unless something goes wrong.
  public func open() async throws {
    try await carryOut(.open) { [wrapped] in try await wrapped.open() }
  }

  /// Closes; that always works.
  public func close() async { await wrapped.close() }

  // MARK: Faults

  func carryOut<Result: Sendable>(
    _ operation: StoreOperation, _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let number = counts.withLock { counts in
      counts[operation, default: 0] += 1
      return counts[operation, default: 0]
    }
    guard let fault = plan.fault(for: operation, number: number, random: runtime.random) else {
      return try await body()
    }
    let failure = ChaosFailure(operation: operation, number: number, fault: fault)
    struck.withLock { $0.append(failure) }
    return try await strike(failure, body)
  }

  private func strike<Result: Sendable>(
    _ failure: ChaosFailure, _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    switch failure.fault {
    case .slow(let time):
      try await runtime.clock.sleep(for: time)
      return try await body()
    case .stall(let time):
      await sleepThroughCancellation(for: time)
      return try await body()
    case .fail: throw failure
    case .loseReply:
      _ = try await body()
      throw failure
    case .late(let time):
      runLater(after: time, body)
      throw failure
    case .again(let time):
      let result = try await body()
      runLater(after: time, body)
      return result
    case .hang:
      try await untilCancelled()
      throw failure
    }
  }

  private func runLater<Result: Sendable>(
    after time: Duration, _ body: @escaping @Sendable () async throws -> Result
  ) {
    runtime.tasks.spawn("chaos") { [runtime] in
      try? await runtime.clock.sleep(for: time)
      _ = try? await body()
    }
  }

  private func sleepThroughCancellation(for time: Duration) async {
    await withUnsafeContinuation { continuation in
      _ = runtime.clock.schedule(at: runtime.now + time) { continuation.resume() }
    }
  }

  /// Work that never starts: whoever waits for it leaves only by cancellation.
  private func untilCancelled() async throws {
    let never = SharedWork<Void>(runtime: runtime)
    _ = never.enter()
    try await never.value()
  }
}

extension ChaosStore: FastStore where Wrapped: FastStore {
  /// Shows the entry.
  public func peek(_ key: KeyView, _ body: (Unmanaged<Payload>?, Timestamp, UInt64) -> Void) {
    wrapped.peek(key, body)
  }

  /// The entry with its epoch.
  public func lookup(_ key: CacheKey) -> (entry: Entry, epoch: UInt64)? { wrapped.lookup(key) }

  /// What the wrapped store remembers.
  public func missReason(for key: CacheKey) -> MissReason { wrapped.missReason(for: key) }

  /// Notes the epoch of a check.
  public func confirm(_ key: CacheKey, version: Version, epoch: UInt64) {
    wrapped.confirm(key, version: version, epoch: epoch)
  }

  /// Changes the times of an entry.
  public func adjust(
    _ key: CacheKey, version: Version, _ change: (inout Entry) -> Void
  ) -> Bool { wrapped.adjust(key, version: version, change) }
}
