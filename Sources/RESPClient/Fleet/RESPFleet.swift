// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
public import StrataCore
internal import StrataNetwork

/// Servers that hold one keyspace together: one server, one with replicas that sentinels watch, a
/// cluster, or several independent ones.
///
/// ```swift
/// let fleet = try RESPFleet(RESPFleetURL("redis+cluster://10.0.0.1,10.0.0.2"), runtime: runtime)
/// await fleet.open(atMost: .seconds(1))
/// try await fleet.set("greeting", "hello")
/// await fleet.close()
/// ```
///
/// Names are cut into slots (``RESPSlots``), slots lie on servers (``RESPLayout``), a scout finds
/// out where (``RESPScout``), and a command goes its way through redirections
/// (``RESPItinerary``): all of these are values or ask one question. What is left here is the
/// clients, one for each server that is used, and the layout they are chosen by.
///
/// - **A survey** is made at the start, when something shows that the layout is out of date, and
///   every so often. Surveys are never closer together than 50 ms, however many commands ask.
/// - **A command whose slot nobody is known to hold** waits for a survey, within its deadline,
///   until one has failed; from then on it is told at once.
/// - **A server that holds a slot no more** is told to the owner of the fleet before any command
///   goes to the next one (`onMove`).
public final class RESPFleet<Node: RESPNode>: Sendable {
  /// How names are cut into slots.
  public let slots: RESPSlots
  /// The only server there will ever be, for a road without lookups.
  public let only: Node?
  let runtime: CacheRuntime
  let timeout: Duration
  let state: Lock<RESPFleetState<Node>>
  /// Opens when a survey is wanted, and after each survey.
  let wanted: RESPGate
  let surveyed: RESPGate
  let scout: (any RESPScout)?
  let plan: RESPFleetPlan
  private let make:
    @Sendable (RESPClientConfiguration, RESPFleetEar) throws(RESPClientError) -> Node
  private let onMove: @Sendable (_ slots: [Int], _ from: Node) -> Void
  private let life = Lock<[any SpawnedTask]>([])
  private let heralds = Lock<[RESPSubscription]>([])

  /// Creates a fleet; ``open(atMost:)`` connects it.
  ///
  /// - Parameters:
  ///   - make: makes the node of a server. The ear has to be told of the client's events.
  ///   - onMove: is told of slots that a node does not hold any more. It runs under the fleet's
  ///     lock: it must be short and must not call the fleet.
  public init(
    _ plan: RESPFleetPlan, runtime: CacheRuntime,
    onMove: @escaping @Sendable (_ slots: [Int], _ from: Node) -> Void = { _, _ in },
    make:
      @escaping @Sendable (RESPClientConfiguration, RESPFleetEar) throws(RESPClientError) -> Node
  ) throws(RESPClientError) {
    self.plan = plan
    self.runtime = runtime
    self.make = make
    self.onMove = onMove
    slots = plan.slots
    scout = plan.scout
    timeout = plan.template.timeout
    wanted = RESPGate(clock: runtime.clock)
    surveyed = RESPGate(clock: runtime.clock)
    var first = RESPFleetState<Node>(layout: plan.fixed ?? RESPLayout(slots: plan.slots.count))
    for shard in first.layout.shards {
      for endpoint in [shard.primary] + (plan.readsReplicas ? shard.replicas : [])
      where first.nodes[endpoint] == nil {
        first.nodes[endpoint] = try make(plan.template.leading(to: endpoint), .deaf)
      }
    }
    first.primaries = first.layout.shards.compactMap { first.nodes[$0.primary] }
    let isAlone = plan.scout == nil && first.layout.shards.count == 1 && first.nodes.count == 1
    only = isAlone ? first.primaries.first : nil
    state = Lock(first)
  }

  // MARK: Who

  /// The node whose slot it is; `nil` where that is not known now.
  public func owner(of slot: Int) -> Node? {
    if let only { return only }
    return state.withLock { $0.owner(of: slot) }
  }

  /// The nodes that hold slots now.
  public var primaries: [Node] {
    if let only { return [only] }
    return state.withLock { state in
      Set((0..<state.layout.slotCount).compactMap { state.layout.owner(of: $0) }).sorted()
        .compactMap { $0 < state.primaries.count ? state.primaries[$0] : nil }
    }
  }

  /// Which server holds what, as far as is known now.
  public var layout: RESPLayout { state.withLock { $0.layout } }

  /// The slot of a name.
  @inlinable
  public func slot(of name: [UInt8]) -> Int { slots.slot(of: name) }

  // MARK: Life

  /// Connects, and waits until the layout is known and each primary was reached or was not.
  public func open(atMost time: Duration) async {
    let deadline = runtime.now + time
    for node in state.withLock({ Array($0.nodes.values) }) { node.client.start() }
    if scout != nil {
      let seen = surveyed.openings
      start()
      await surveyed.wait(after: seen, until: deadline)
    }
    for node in primaries {
      await node.client.waitUntilConnected(atMost: max(.zero, deadline - runtime.now))
    }
  }

  /// Closes every connection.
  public func close() async {
    let nodes = state.withLock { state in
      state.isClosed = true
      state.watchers = [:]
      return Array(state.nodes.values)
    }
    let tasks = life.withLock { life in
      defer { life = [] }
      return life
    }
    for task in tasks { task.cancel() }
    for subscription in heralds.withLock({ $0 }) { await subscription.close() }
    for task in tasks { await task.wait() }
    for node in nodes { await node.client.close() }
  }

  /// Has `watcher` called after each survey and change of the layout, until the number that is
  /// returned is given to ``unwatch(_:)``. It must not block.
  func watch(_ watcher: @escaping @Sendable () -> Void) -> Int {
    state.withLock { state in
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = watcher
      return state.nextWatcher
    }
  }

  func unwatch(_ number: Int) { state.withLock { $0.watchers[number] = nil } }

  private func start() {
    life.withLock { life in
      guard life.isEmpty else { return }
      life.append(runtime.tasks.spawn("resp fleet") { [weak self] in await self?.live() })
    }
    heralds.withLock { heralds in
      for herald in scout?.heralds ?? [] where heralds.count < 16 {
        let subscription = try? RESPSubscription(
          herald.configuration, channels: [Array(herald.channel.utf8)], runtime: runtime
        ) { [weak self] event in
          if case .message = event { self?.survey() }
        }
        guard let subscription else { continue }
        heralds.append(subscription)
        subscription.start()
      }
    }
  }
}

// MARK: Surveys

extension RESPFleet {
  /// Asks for a survey soon.
  func survey() { wanted.open() }

  /// A server's connection was lost.
  func lost(_ endpoint: Endpoint) {
    guard let scout else { return }
    if scout.doubtsAfterLoss {
      state.withLock { state in
        state.doubted.insert(endpoint)
        state.doubts += 1
      }
    }
    survey()
  }

  private func live() async {
    while !Task.isCancelled, let scout {
      let seen = wanted.openings
      let succeeded = await makeSurvey(scout)
      tellWatchers()
      surveyed.open()
      let pause = succeeded ? plan.shortestPause : plan.pauseAfterFailure
      try? await runtime.clock.sleep(for: pause + pause * runtime.random.unit())
      if succeeded {
        await wanted.wait(after: seen, until: runtime.now + plan.longestPause)
      }
    }
  }

  private func makeSurvey(_ scout: any RESPScout) async -> Bool {
    let (known, doubts) = state.withLock { ($0.nodes.mapValues(\.client), $0.doubts) }
    do throws(RESPClientError) {
      let layout = try await scout.survey(known: known, asking: RESPInquiry(runtime: runtime))
      try await take(layout, doubts: doubts)
      state.withLock { $0.failures = 0 }
      return true
    } catch {
      state.withLock { $0.failures += 1 }
      return false
    }
  }

  /// Takes over what a survey found, which began when there had been so many doubts.
  private func take(_ layout: RESPLayout, doubts: Int) async throws(RESPClientError) {
    var chosen = state.withLock { $0.nodes }
    let wanted = layout.servers(withReplicas: plan.readsReplicas)
    for endpoint in wanted where chosen[endpoint] == nil {
      chosen[endpoint] = try newNode(endpoint)
    }
    let all = chosen.filter { wanted.contains($0.key) }
    let left = state.withLock { state -> [Node] in
      if state.isClosed { return Array(all.values) }
      announceMoves(to: layout, &state)
      if state.doubts == doubts { state.doubted = [] }
      return state.take(layout, all)
    }
    for node in left { await node.client.close() }
  }

  private func announceMoves(to layout: RESPLayout, _ state: inout RESPFleetState<Node>) {
    for (endpoint, slots) in layout.moved(since: state.layout) {
      if let node = state.nodes[endpoint] { onMove(slots, node) }
    }
  }

  /// Notes where a server says that a slot is, and gives the node there.
  func moved(_ slot: Int, to endpoint: Endpoint) -> Node? {
    let (node, isNews) = state.withLock { state -> (Node?, Bool) in
      if state.isClosed { return (nil, false) }
      var node = state.nodes[endpoint]
      if node == nil {
        node = try? newNode(endpoint)
        state.nodes[endpoint] = node
      }
      guard let node, state.layout[slot]?.primary != endpoint else { return (node, false) }
      var next = state.layout
      next.move(slot, to: endpoint)
      announceMoves(to: next, &state)
      _ = state.take(next, state.nodes)
      return (node, true)
    }
    if isNews {
      tellWatchers()
      survey()
    }
    return node
  }

  /// The node of a server, made where there is none yet.
  func node(at endpoint: Endpoint) -> Node? {
    state.withLock { state in
      if let node = state.nodes[endpoint] { return node }
      guard !state.isClosed, let node = try? newNode(endpoint) else { return nil }
      state.nodes[endpoint] = node
      return node
    }
  }

  private func newNode(_ endpoint: Endpoint) throws(RESPClientError) -> Node {
    let ear = RESPFleetEar { [weak self] event in
      if case .lost = event { self?.lost(endpoint) }
      if case .failed = event { self?.survey() }
    }
    let node = try make(plan.template.leading(to: endpoint), ear)
    node.client.start()
    return node
  }

  private func tellWatchers() {
    for (_, watcher) in state.withLock({ $0.watchers }).sorted(by: { $0.key < $1.key }) {
      watcher()
    }
  }
}
