// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore
public import StrataTesting

/// Nodes that share a store and a network, and a source that all of them load from: for tests of
/// one interleaving.
public final class Village: Sendable {
  /// The world.
  public let world: Simulation
  /// What the nodes share.
  public let shared: ReferenceSharedStore
  /// What carries their messages.
  public let network: SimulatedBus
  /// The nodes that were there from the start.
  public let nodes: [SimulatedNode]
  /// What the source says now.
  public let source = Lock(1)
  /// How often the source was asked.
  public let loads = Lock(0)
  private let scenario: Scenario

  /// Starts nodes to which nothing happens but what a test does.
  public init(
    _ world: Simulation, nodes count: Int = 2, isClusterWide: Bool = false,
    hasFailSafe: Bool = false
  ) throws {
    self.world = world
    let scenario = Scenario.quiet(1, isClusterWide: isClusterWide, hasFailSafe: hasFailSafe)
    let shared = ReferenceSharedStore(runtime: world.runtime)
    let network = SimulatedBus(runtime: world.runtime)
    nodes = try (0..<count).map { number in
      try SimulatedNode(
        "n\(number)", scenario, world, shared: shared, network: network, seed: UInt64(number))
    }
    (self.scenario, self.shared, self.network) = (scenario, shared, network)
  }

  /// Runs a test in a village of its own.
  public static func run(
    nodes: Int = 2, isClusterWide: Bool = false, hasFailSafe: Bool = false,
    _ body: @escaping @Sendable (Village, SimulatedNode, SimulatedNode) async throws -> Void
  ) throws {
    try Simulation(seed: 7).run { world in
      let village = try Village(
        world, nodes: nodes, isClusterWide: isClusterWide, hasFailSafe: hasFailSafe)
      try await village.pause(50)
      try await body(village, village.nodes[0], village.nodes[1])
      await village.end()
    }
  }

  /// A node that starts now.
  public func newcomer() throws -> SimulatedNode {
    try SimulatedNode("late", scenario, world, shared: shared, network: network, seed: 99)
  }

  /// Waits.
  public func pause(_ milliseconds: Int) async throws {
    try await world.sleep(for: .milliseconds(milliseconds))
  }

  /// The source is read at once and answers `time` milliseconds later.
  public func read(
    _ node: SimulatedNode, _ key: Int = 1, takes time: Int = 10, token: ConsistencyToken? = nil,
    isRefreshOf known: Timestamp? = nil
  ) async throws -> KeyReply {
    var request = CacheRequest(
      .read, keys: .one(node.key(key)),
      loader: loader(time), coder: NumberCoder())
    request.options.token = token
    if let known { request = request.refreshing(unlessNewerThan: known) }
    return try await node.pipeline.respond(to: request).first
  }

  /// Reads keys as one batch; gives the values.
  public func values(
    _ node: SimulatedNode, _ keys: [Int], takes time: Int = 10
  ) async throws -> [Int?] {
    let request = CacheRequest(
      .read, keys: Batch(keys.map(node.key)), loader: loader(time), coder: NumberCoder())
    return try await node.pipeline.respond(to: request).results.map {
      $0.entry?.payload?.live(as: Int.self)
    }
  }

  private func loader(_ time: Int) -> Loader {
    .each { context in
      self.loads.withLock { $0 += 1 }
      context.tags = ["all"]
      let value = self.source.withLock { $0 }
      try await self.pause(time)
      return LivePayload(value)
    }
  }

  /// The value that a read gives.
  public func value(
    _ node: SimulatedNode, _ key: Int = 1, takes time: Int = 10, token: ConsistencyToken? = nil
  ) async throws -> Int? {
    try await read(node, key, takes: time, token: token).entry?.payload?.live(as: Int.self)
  }

  /// Carries out a change, of one key where it has one.
  @discardableResult
  public func change(
    _ operation: CacheOperation, on node: SimulatedNode, _ key: Int = 1
  ) async throws -> ConsistencyToken {
    let keys: Batch<CacheKey> =
      switch operation {
      case .invalidate, .clear: .many([])
      default: .one(node.key(key))
      }
    let reply = try await node.pipeline.respond(
      to: CacheRequest(operation, keys: keys, coder: NumberCoder()))
    let version = reply.results.first?.version ?? reply.version
    return ConsistencyToken(version: version ?? .none, origin: node.context.ledger.identity)
  }

  /// Removes key 1 on one node in the middle of a load on another, and changes what the source says
  /// before that; returns what the loading node has kept.
  public func removed(on node: SimulatedNode, whileLoadingOn loading: SimulatedNode) async throws
    -> Int?
  {
    let load = world.spawn { _ = try? await self.value(loading, takes: 100) }
    try await pause(30)
    source.withLock { $0 = 2 }
    try await change(.remove, on: node)
    await load.wait()
    return loading.fast(1)
  }

  /// The write of a number.
  public static func write(_ value: Int) -> CacheOperation {
    .write(.one(LoadedValue(LivePayload(value))))
  }

  /// Lets go of the nodes, so that the world can end.
  public func end() async {
    for node in nodes { await node.pipeline.shutdown(by: world.clock.now + .seconds(2)) }
  }
}
