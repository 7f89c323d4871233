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

  /// The warnings and errors of a plan whose only cache has this pipeline, one a line.
  public static func problems(_ pipeline: String, ttl: String = "1m") throws -> [String] {
    let yaml = """
      version: 1
      stores:
        memory: { kind: reference }
      caches:
        users:
          ttl: \(ttl)
          pipeline:
      \(pipeline.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n"))
      """
    let reader = ConfigReader(files: ConfigTexts(["a.yaml": yaml]), environment: { _ in nil })
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
