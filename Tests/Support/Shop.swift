// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import Strata
import StrataConfig
public import StrataTesting

/// A value as services cache them.
public struct User: Codable, Sendable, Equatable, Hashable {
  /// Its number.
  public var id: Int
  /// Its name.
  public var name: String

  /// Creates a user.
  public init(id: Int, name: String) {
    self.id = id
    self.name = name
  }
}

/// A plan from YAML text on stores that tests can look into, in a simulated world.
public enum Shop {
  /// The built-ins, the reference stores and ``FullRoad``.
  public static var registry: Registry {
    get throws {
      var registry = Registry.builtIn
      try registry.register(ReferenceStore.self)
      try registry.register(ReferenceByteStore.self)
      try registry.register(FullRoad.self)
      return registry
    }
  }

  /// A plan from text; throws what is wrong with it.
  public static func plan(_ yaml: String, registry own: Registry? = nil) throws -> Plan {
    let files = ConfigTexts(["shop.yaml": yaml])
    let reader = ConfigReader(files: files, environment: { _ in nil })
    return try reader.plan("shop.yaml", registry: try own ?? registry).checked()
  }

  /// Caches of a plan, started.
  public static func open(_ yaml: String, _ world: Simulation) async throws -> Strata {
    try await Strata(plan: try plan(yaml), registry: try registry, runtime: world.runtime)
  }

  /// Three caches on one memory tier.
  public static let simple = """
    version: 1
    stores:
      memory: { kind: reference }
    caches:
      users:
        key: "user:{id}"
        ttl: 10m
        pipeline:
          - local: { store: memory }
          - stampede-guard
      search:
        key: "search:{query|lower|trim}:{page}"
        ttl: 1m
        pipeline:
          - local: { store: memory }
      plain:
        ttl: 1m
        pipeline:
          - local: { store: memory }
          - negative: { ttl: 30s }
    """

  /// A plan whose only cache, `users`, has the stages of this YAML list, over those of the stores
  /// `memory` and `near`, which hold objects, and `far`, which holds bytes, that it names.
  public static func yaml(_ pipeline: String, settings: String = "ttl: 10s") -> String {
    let kinds = [("memory", "reference"), ("near", "reference"), ("far", "reference-bytes")]
    let stores = kinds.filter { pipeline.contains("store: \($0.0)") }
    return """
      version: 1
      stores: { \(stores.map { "\($0): { kind: \($1) }" }.joined(separator: ", ")) }
      caches:
        users:
      \(indented(settings, by: 4))
          pipeline:
      \(indented(pipeline, by: 6))
      """
  }

  private static func indented(_ text: String, by depth: Int) -> String {
    let margin = String(repeating: " ", count: depth)
    return text.split(separator: "\n").map { margin + $0 }.joined(separator: "\n")
  }

  /// Runs a test over the cache `users` of a plan, in a simulated world of its own.
  public static func run(
    _ yaml: String, seed: UInt64,
    _ body: @escaping @Sendable (Simulation, Cache<Int, User>, Source) async throws -> Void
  ) throws {
    try Simulation(seed: seed).run { world in
      let strata = try await open(yaml, world)
      try await body(world, try strata.cache("users"), Source(world))
    }
  }

  /// Removes user 1 in the middle of the refresh that a read sets off so long after its load;
  /// returns what is kept once that has ended, and what a reader gets then. The source says 2.
  public static func removeDuringRefresh(
    _ yaml: String, seed: UInt64, after time: Duration
  ) throws -> [String?] {
    let found = Lock<[String?]>([])
    try run(yaml, seed: seed) { world, users, source in
      let user = users.wrap(source.user)
      _ = try await user(1)
      try await world.sleep(for: time)
      source.take(.milliseconds(500))
      _ = try await user(1)
      try await world.sleep(for: .milliseconds(100))
      source.publish()
      try await users.remove(1)
      try await world.sleep(for: .seconds(1))
      found.withLock { $0.append(users.cached(1)?.name) }
      let next = try await user(1).name
      found.withLock { $0.append(next) }
    }
    return found.withLock { $0 }
  }

  /// The warnings and errors of a plan whose only cache has this pipeline, one a line.
  public static func problems(_ pipeline: String, ttl: String = "1m") throws -> [String] {
    let text = yaml(pipeline, settings: "ttl: \(ttl)")
    let reader = ConfigReader(files: ConfigTexts(["a.yaml": text]), environment: { _ in nil })
    let registry = try registry
    return reader.plan("a.yaml", registry: registry).problems.map(\.description)
  }
}

/// A source of users that counts, changes and fails on demand.
public final class Source: Sendable {
  /// The source is down.
  public struct Down: Error, Equatable {
    /// Creates the error.
    public init() {}
  }

  private struct State {
    var edition = 1
    var loads = 0
    var isDown = false
    var delay: Duration = .milliseconds(20)
  }

  private let state = Lock(State())
  private let world: Simulation

  /// Creates a source that takes 20 ms.
  public init(_ world: Simulation) { self.world = world }

  /// Loads a user: reads the current edition, then takes its time.
  @Sendable public func user(_ id: Int) async throws -> User {
    let (edition, delay, isDown) = state.withLock { state in
      state.loads += 1
      return (state.edition, state.delay, state.isDown)
    }
    try await world.sleep(for: delay)
    if isDown { throw Down() }
    return User(id: id, name: "\(edition)")
  }

  /// How often it was asked.
  public var loads: Int { state.withLock { $0.loads } }
  /// Publishes the next edition.
  public func publish() { state.withLock { $0.edition += 1 } }
  /// Lets it fail, or work again.
  public func fail(_ isDown: Bool = true) { state.withLock { $0.isDown = isDown } }
  /// Sets how long a load takes.
  public func take(_ delay: Duration) { state.withLock { $0.delay = delay } }
}
