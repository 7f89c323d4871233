// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore
import StrataTesting

/// The way of one node to what the nodes share: slow, lossy, cut, late, and on the node's own clock.
///
/// Every operation may be delayed on its way there and back. A request may be lost before it was
/// carried out, or its reply after; a late one is carried out when its caller has long given up.
public final class NodeLink: CacheStore, LockingStore, MarkingStore {
  /// `link` in YAML.
  public static let kind: PluginID = "link"
  /// What the shared store can do.
  public static let capabilities = ReferenceSharedStore.capabilities

  /// What goes wrong on the way.
  public struct Weather: Sendable {
    /// How many of a thousand operations are lost before they are carried out.
    public var lost = 0
    /// How many of a thousand replies are lost.
    public var lostReply = 0
    /// How many of a thousand operations are carried out when nobody waits for them any more.
    public var late = 0
    /// The longest an operation takes each way, in milliseconds.
    public var delay = 3
    /// Nothing comes through.
    public var isCut = false

    /// Creates fair weather.
    public init() {}
  }

  struct Broken: Error {}

  let shared: ReferenceSharedStore
  private let world: Simulation
  private let dice: SeededRandom
  private let skew: Duration
  private let state = Lock(Weather())
  private let troubled = Lock(Timestamp.distantPast)

  init(_ shared: ReferenceSharedStore, _ world: Simulation, seed: UInt64, skew: Duration) {
    (self.shared, self.world, self.skew) = (shared, world, skew)
    dice = SeededRandom(seed: seed)
  }

  /// Cannot be made by a plan.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    throw ConfigurationError([])
  }

  /// What goes wrong from now on.
  public var weather: Weather {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }

  /// When an operation went wrong last.
  var lastTrouble: Timestamp { troubled.withLock { $0 } }

  func carry<Result: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let weather = weather
    try await pause(weather.delay)
    let roll = Int(dice.below(1000))
    if weather.isCut || self.weather.isCut || roll < weather.lost { return try await fail() }
    if roll < weather.lost + weather.late {
      let wait = Duration.milliseconds(Int(dice.below(600)))
      world.spawn {
        try? await self.world.sleep(for: wait)
        _ = try? await operation()
      }
      return try await fail()
    }
    let result = try await operation()
    try await pause(weather.delay)
    if self.weather.isCut || roll < weather.lost + weather.late + weather.lostReply {
      return try await fail()
    }
    return result
  }

  private func pause(_ most: Int) async throws {
    if most == 0 { return }
    try await world.sleep(for: .milliseconds(Int(dice.below(UInt64(most + 1)))))
  }

  private func fail<Result>() async throws -> Result {
    troubled.withLock { $0 = world.clock.now }
    if dice.below(2) == 0 { try await world.sleep(for: .seconds(5)) }
    throw Broken()
  }

  // MARK: The store

  /// Passes it on.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    try await carry { [shared] in try await shared.get(keys) }
  }

  /// Passes it on.
  public func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    // A server counts from when it gets them; here all clocks differ by a constant.
    let writes = writes.mapEach { write in
      var write = write
      write.expiresAt = write.expiresAt - skew
      return write
    }
    return try await carry { [shared] in try await shared.set(writes) }
  }

  /// Passes it on.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try await carry { [shared] in try await shared.remove(keys) }
  }

  /// Passes it on.
  public func issue(for keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try await carry { [shared] in try await shared.issue(for: keys) }
  }

  /// Passes it on.
  public func clear(_ namespace: String) async throws {
    try await carry { [shared] in try await shared.clear(namespace) }
  }

  /// Passes it on.
  public func acquire(_ lock: CacheKey, token: LockToken, for lifetime: Duration) async throws
    -> Bool
  {
    try await carry { [shared] in try await shared.acquire(lock, token: token, for: lifetime) }
  }

  /// Passes it on.
  public func extend(_ lock: CacheKey, token: LockToken, for lifetime: Duration) async throws
    -> Bool
  {
    try await carry { [shared] in try await shared.extend(lock, token: token, for: lifetime) }
  }

  /// Passes it on.
  public func release(_ lock: CacheKey, token: LockToken) async throws -> Bool {
    try await carry { [shared] in try await shared.release(lock, token: token) }
  }

  /// Passes it on.
  public func mark(_ marks: [InvalidationMark], for lifetime: Duration) async throws -> Version {
    try await carry { [shared] in try await shared.mark(marks, for: lifetime) }
  }

  /// Passes it on.
  public func versions(of marks: [InvalidationMark]) async throws -> [Version?] {
    try await carry { [shared] in try await shared.versions(of: marks) }
  }
}

/// A clock that is always as much ahead of the world's, or behind it.
final class SkewedClock: CacheClock {
  private let clock: VirtualClock
  private let skew: Duration

  init(_ clock: VirtualClock, by skew: Duration) { (self.clock, self.skew) = (clock, skew) }

  var now: Timestamp { clock.now + skew }
  var coarseNow: Timestamp { now }
  var coarseLag: Duration { .zero }

  func schedule(
    at time: Timestamp, _ action: @escaping @Sendable () -> Void
  ) -> any CacheTimer { clock.schedule(at: time - skew, action) }
}
