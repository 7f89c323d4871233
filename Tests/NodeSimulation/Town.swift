// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting

/// A scenario while it runs: nodes, readers, one updater for each key, and what was seen.
final class Town: Sendable {
  private struct State {
    var nodes: [SimulatedNode] = []
    var past: [SimulatedNode] = []
    var truth: Truth
    var busTrouble: [String: Timestamp] = [:]
    var deaths: [String: Timestamp] = [:]
    var outcome = Scenario.Outcome()
  }

  private let scenario: Scenario
  private let world: Simulation
  private let shared: ReferenceSharedStore
  private let network: SimulatedBus
  private let state: Lock<State>
  private let start: Timestamp
  private let isLogging: Bool

  init(_ scenario: Scenario, _ world: Simulation, isLogging: Bool) throws {
    (self.scenario, self.world, self.isLogging) = (scenario, world, isLogging)
    start = world.clock.now
    shared = ReferenceSharedStore(runtime: world.runtime)
    network = SimulatedBus(runtime: world.runtime)
    state = Lock(State(truth: Truth(keys: scenario.keys)))
    for number in 0..<scenario.nodes {
      let node = try makeNode("n\(number)", seed: scenario.seed &* 31 &+ UInt64(number))
      state.withLock { $0.nodes.append(node) }
    }
  }

  private func makeNode(_ name: String, seed: UInt64) throws -> SimulatedNode {
    try SimulatedNode(
      name, scenario, world, shared: shared, network: network, seed: seed)
  }

  var outcome: Scenario.Outcome { state.withLock { $0.outcome } }

  // MARK: The course of it

  func live() async {
    let dice = Dice(seed: scenario.seed ^ 0x7017)
    var actors: [any SpawnedTask] = []
    for key in 0..<scenario.keys {
      let own = Dice(seed: dice.next())
      actors.append(world.spawn { await self.update(key, own) })
    }
    for number in 0..<scenario.readers {
      let own = Dice(seed: dice.next())
      actors.append(world.spawn { await self.read("r\(number)", own) })
    }
    for fault in scenario.faults { world.spawn { await self.strike(fault, dice.next()) } }
    await pause(Scenario.storm)
    for node in state.withLock({ $0.nodes }) { node.calm() }
    note("calm")
    for actor in actors { await actor.wait() }
    if scenario.isLong { await lookLater(dice) }
    await end()
  }

  /// When everything that was owed must have been paid and told.
  private func lookLater(_ dice: Dice) async {
    await pause(7000)
    for node in state.withLock({ $0.nodes }) where !node.isDead {
      for key in 0..<scenario.keys { await read("later", on: node, key, dice) }
    }
  }

  /// Everything is answered and everything ends: no task, no timer, no lease is left.
  private func end() async {
    for node in state.withLock({ $0.nodes + $0.past }) {
      await node.pipeline.shutdown(by: node.context.runtime.now + .seconds(5))
    }
    await pause(6000)
    if world.runningTasks != 1 { violate("\(world.runningTasks - 1) tasks were left running") }
    if world.clock.pendingTimers != 0 { violate("\(world.clock.pendingTimers) timers were left") }
    for node in state.withLock({ $0.nodes }) where node.context.ledger.heldLeases != 0 {
      violate("\(node.context.ledger.heldLeases) leases were left on \(node.name)")
    }
  }

  private func pause(_ milliseconds: Int) async {
    try? await world.sleep(for: .milliseconds(milliseconds))
  }

  private func note(_ line: @autoclosure () -> String) {
    guard isLogging else { return }
    let line = "\(Int((world.clock.now - start) / .milliseconds(1)))ms \(line())"
    state.withLock { $0.outcome.log.append(line) }
  }

  private func violate(_ what: String) {
    note("!!! \(what)")
    state.withLock { $0.outcome.violations.append(what) }
  }

  // MARK: Faults

  private func strike(_ fault: Scenario.Fault, _ seed: UInt64) async {
    await pause(fault.at)
    let node = state.withLock { $0.nodes[fault.node] }
    if node.isDead { return }
    note("\(fault.kind.rawValue) of \(node.name) for \(fault.lasts)ms")
    let lasts = min(fault.lasts, Scenario.storm - fault.at)
    let ends = world.clock.now + .milliseconds(lasts + 1)
    if fault.kind != .cutStore {
      state.withLock { $0.busTrouble[node.name] = max(ends, $0.busTrouble[node.name] ?? ends) }
    }
    switch fault.kind {
    case .cutBus: await cut(node, lasts, bus: true)
    case .cutStore: await cut(node, lasts, store: true)
    case .cutBoth: await cut(node, lasts, bus: true, store: true)
    case .interruptBus:
      node.bus.interrupt(for: .milliseconds(lasts))
      await pause(lasts + 1)
    case .crash: await crash(node, fault, seed)
    }
  }

  private func cut(
    _ node: SimulatedNode, _ lasts: Int, bus: Bool? = nil, store: Bool? = nil
  ) async {
    node.cut(bus: bus, store: store)
    await pause(lasts)
    if !node.isDead { node.cut(bus: bus.map { _ in false }, store: store.map { _ in false }) }
  }

  private func crash(_ node: SimulatedNode, _ fault: Scenario.Fault, _ seed: UInt64) async {
    let now = world.clock.now
    state.withLock { $0.deaths[node.name] = now }
    await node.crash()
    do {
      let name = "n\(fault.node)'\(fault.at)"
      let successor = try makeNode(name, seed: seed)
      if Int((world.clock.now - start) / .milliseconds(1)) >= Scenario.storm { successor.calm() }
      state.withLock { state in
        state.past.append(node)
        state.nodes[fault.node] = successor
      }
      note("\(successor.name) starts")
    } catch {
      violate("a node did not start: \(error)")
    }
  }

  private func trouble(_ name: String) -> Truth.Trouble {
    state.withLock { state in
      guard let node = (state.nodes + state.past).first(where: { $0.name == name }) else {
        return Truth.Trouble(isDead: true)
      }
      let bus = state.busTrouble[name] ?? .distantPast
      return Truth.Trouble(
        bus: node.isDead ? .distantPast : bus, store: node.link.lastTrouble, isDead: node.isDead,
        heard: max(
          bus, node.startedAt)..<max(bus, node.startedAt, state.deaths[name] ?? .distantFuture))
    }
  }

  private func anyNode(_ dice: Dice) -> SimulatedNode {
    state.withLock { $0.nodes[dice.below($0.nodes.count)] }
  }

  // MARK: Changes

  private func update(_ key: Int, _ dice: Dice) async {
    for round in 0..<scenario.updates {
      await pause(dice.below(Scenario.storm / scenario.updates))
      // The last one once nothing goes wrong any more.
      if round == scenario.updates - 1, dice.below(2) == 0 { await pause(Scenario.storm) }
      await change(key, dice)
    }
  }

  private func change(_ key: Int, _ dice: Dice) async {
    let node = anyNode(dice)
    let now = world.clock.now
    let number = state.withLock { state in
      state.truth.numbers[key] += 1
      state.truth.born[key * 1000 + state.truth.numbers[key]] = now
      return state.truth.numbers[key]
    }
    var request = CacheRequest(.remove, keys: .one(node.key(key)), coder: NumberCoder())
    switch dice.below(10) {
    case 0...2: break
    case 3...5:
      request.operation = .write(.one(LoadedValue(LivePayload(key * 1000 + number))))
      request.options.tags = [Tag("k\(key)"), "all"]
    case 6...7: request.operation = .expire
    case 8: request = CacheRequest(.invalidate([Tag("k\(key)")]), keys: .many([]))
    default: request = CacheRequest(.clear, keys: .many([]))
    }
    let isExpiry = if case .expire = request.operation { true } else { false }
    note("\(request.operation.name) of key \(key) on \(node.name) begins, source \(number)")
    guard let reply = try? await node.pipeline.respond(to: request), !node.isDead else {
      return note("\(request.operation.name) on \(node.name) came to nothing")
    }
    let returned = world.clock.now
    note(
      "\(request.operation.name) on \(node.name) returned\(reply.isUnsettled ? ", unsettled" : "")")
    if returned - now > .seconds(3) {
      violate("a \(request.operation.name) took \(returned - now)")
    }
    let change = Truth.Change(
      key: key, number: number, node: node.name, began: now, returned: returned,
      isUnsettled: reply.isUnsettled, leavesStale: isExpiry)
    state.withLock { state in
      state.truth.changes.append(change)
      state.outcome.changes += 1
    }
    guard !isExpiry, let version = reply.results.first?.version ?? reply.version else { return }
    let token = ConsistencyToken(version: version, origin: node.context.ledger.identity)
    await read("token", on: anyNode(dice), key, dice, token: token, atLeast: number)
  }

  // MARK: Reads

  private func read(_ name: String, _ dice: Dice) async {
    while world.clock.now < start + .milliseconds(Scenario.storm + Scenario.calm) {
      await pause(dice.below(150))
      await read(name, on: anyNode(dice), dice.below(scenario.keys), dice)
    }
  }

  private func read(
    _ name: String, on node: SimulatedNode, _ key: Int, _ dice: Dice,
    token: ConsistencyToken? = nil, atLeast least: Int = 0
  ) async {
    let began = world.clock.now
    let floors = [false, true].map { isStale in
      let truth = state.withLock { $0.truth }
      return truth.floor(key, on: node, at: began, isStale: isStale, trouble: trouble)
    }
    if token == nil, let value = node.fast(key) {
      note("fast on \(node.name) got \(value)")
      return judge(name, node, key, value, isStale: false, max(least, floors[0]))
    }
    var request = CacheRequest(
      .read, keys: .one(node.key(key)), loader: loader(key, dice), coder: NumberCoder())
    request.options.token = token
    request.options.timeout = .seconds(3)
    request.options.allowsStale = dice.below(10) == 0
    let reply = try? await node.pipeline.respond(to: request).first
    if node.isDead { return }
    let took = world.clock.now - began
    if took > .milliseconds(3001) { violate("\(name) on \(node.name) waited \(took)") }
    guard let reply, let value = reply.entry?.payload?.live(as: Int.self) else {
      return violate(
        "\(name) got nothing on \(node.name): \(reply.map { "\($0.outcome)" } ?? "thrown")")
    }
    let isStale = if case .stale = reply.outcome { true } else { false }
    note("\(name) on \(node.name) got \(value) by \(reply.outcome)")
    judge(name, node, key, value, isStale: isStale, max(least, floors[isStale ? 1 : 0]))
  }

  private func judge(
    _ name: String, _ node: SimulatedNode, _ key: Int, _ value: Int, isStale: Bool, _ floor: Int
  ) {
    let (age, now) = (state.withLock { $0.truth.born[value] }, world.clock.now)
    state.withLock { $0.outcome.reads += 1 }
    if value / 1000 != key { violate("\(name) asked for key \(key) and got \(value)") }
    if value % 1000 < floor {
      violate("\(name) on \(node.name) got \(isStale ? "stale " : "")\(value), not before \(floor)")
    }
    // A load takes up to 500 ms, and what it brings lives from its end.
    if let age, now - age > .milliseconds(2600) {
      violate("\(name) got \(value), \(now - age) old")
    }
  }

  private func loader(_ key: Int, _ dice: Dice) -> Loader {
    let time = dice.below(20) == 0 ? 200 + dice.below(300) : dice.below(40)
    return .each { context in
      context.tags = [Tag("k\(key)"), "all"]
      let now = self.world.clock.now
      let value = self.state.withLock { state in
        let value = key * 1000 + state.truth.numbers[key]
        state.truth.born[value] = now
        return value
      }
      self.note("load of \(value) begins")
      try await self.world.sleep(for: .milliseconds(time))
      return LivePayload(value)
    }
  }
}

/// Chances that follow from a seed.
struct Dice: Sendable {
  private let random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  func next() -> UInt64 { random.next() }
  func below(_ bound: Int) -> Int { Int(random.below(UInt64(max(1, bound)))) }
}
