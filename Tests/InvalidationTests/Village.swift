// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import NodeSimulation
import StrataCore
import StrataTesting

/// Nodes that share a store and a network, and a source that all of them load from: for tests of one
/// interleaving.
final class Village: Sendable {
  let world: Simulation
  let shared: ReferenceSharedStore
  let network: SimulatedBus
  let nodes: [SimulatedNode]
  /// What the source says now.
  let source = Lock(1)
  let loads = Lock(0)
  private let scenario: Scenario

  init(
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

  /// A node that starts now.
  func newcomer() throws -> SimulatedNode {
    try SimulatedNode("late", scenario, world, shared: shared, network: network, seed: 99)
  }

  func pause(_ milliseconds: Int) async throws {
    try await world.sleep(for: .milliseconds(milliseconds))
  }

  /// The source is read at once and answers `time` milliseconds later.
  func read(
    _ node: SimulatedNode, _ key: Int = 1, takes time: Int = 10, token: ConsistencyToken? = nil
  ) async throws -> KeyReply {
    var request = CacheRequest(
      .read, keys: .one(node.key(key)),
      loader: .each { context in
        self.loads.withLock { $0 += 1 }
        context.tags = ["all"]
        let value = self.source.withLock { $0 }
        try await self.pause(time)
        return LivePayload(value)
      }, coder: NumberCoder())
    request.options.token = token
    return try await node.pipeline.respond(to: request).first
  }

  func value(
    _ node: SimulatedNode, _ key: Int = 1, takes time: Int = 10, token: ConsistencyToken? = nil
  ) async throws -> Int? {
    try await read(node, key, takes: time, token: token).entry?.payload?.live(as: Int.self)
  }

  @discardableResult
  func change(
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

  static func write(_ value: Int) -> CacheOperation {
    .write(.one(LoadedValue(LivePayload(value))))
  }

  /// Lets go of the nodes, so that the world can end.
  func end() async {
    for node in nodes { await node.pipeline.shutdown(by: world.clock.now + .seconds(2)) }
  }
}
