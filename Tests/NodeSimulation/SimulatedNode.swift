// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import Coherence
import FailSafe
import Local
import Remote
import StampedeGuard
public import StrataCore
public import StrataTesting

/// One node: a pipeline with a clock, a memory, a way to the shared store and one to the network.
public final class SimulatedNode: Sendable {
  static let heartbeat = 100
  static let silence = 300

  /// What the log calls it.
  public let name: String
  let startedAt: Timestamp
  /// Its way to the shared store.
  public let link: NodeLink
  /// Its way to the network.
  public let bus: SimulatedBus.Endpoint
  let memory: ReferenceStore
  /// What its stages share.
  public let context: CacheContext
  /// Its cache.
  public let pipeline: Pipeline
  /// What tells it of the others.
  public let coherence: Coherence
  private let dead = Lock(false)

  /// Starts a node.
  public init(
    _ name: String, _ scenario: Scenario, _ world: Simulation, shared: ReferenceSharedStore,
    network: SimulatedBus, seed: UInt64
  ) throws {
    self.name = name
    startedAt = world.clock.now
    let random = SeededRandom(seed: seed)
    let hours = scenario.isSkewed ? Int(random.below(5)) - 2 : 0
    let skew = Duration.seconds(3600 * hours)
    let runtime = CacheRuntime(
      clock: SkewedClock(world.clock, by: skew), random: random, tasks: world.runtime.tasks,
      reporter: world.reports)
    link = NodeLink(shared, world, seed: random.next(), skew: skew)
    link.weather = scenario.store
    bus = network.endpoint(seed: random.next())
    bus.weather = scenario.bus
    memory = ReferenceStore(runtime: runtime)
    let policy = CachePolicy(name: "sim", ttl: .seconds(1), maxStale: .seconds(1))
    context = CacheContext(policy: policy, runtime: runtime)
    let stores: [String: any CacheStore] = ["memory": memory, "link": link, "bus": bus]
    let context = context
    func options(_ block: [String: String]) -> StageOptions {
      StageOptions(block: .written(block), cache: context, stores: stores)
    }
    coherence = try Coherence(
      options: options([
        "store": "bus", "heartbeat": "\(Self.heartbeat)ms", "silence": "\(Self.silence)ms",
      ]), runtime: runtime)
    let scope = scenario.isClusterWide ? ["scope": "cluster", "store": "link"] : [:]
    var stages: [any CacheStage] = [
      try Local(options: options(["store": "memory"]), runtime: runtime), coherence,
      try StampedeGuard(
        options: options(scope.merging(["wait": "150ms", "lock-lifetime": "300ms"]) { a, _ in a }),
        runtime: runtime),
      try Remote(options: options(["store": "link", "timeout": "30ms"]), runtime: runtime),
    ]
    if scenario.hasFailSafe {
      let block = ["soft-timeout": "30ms", "hard-timeout": "1s", "throttle": "100ms"]
      stages.insert(try FailSafe(options: options(block), runtime: runtime), at: 0)
    }
    pipeline = Pipeline(stages: stages, context: context)
    pipeline.start()
  }

  var isDead: Bool { dead.withLock { $0 } }

  /// The key of a number.
  public func key(_ number: Int) -> CacheKey {
    CacheKey(bytes: Array("sim:\(number)".utf8), seed: context.runtime.hashSeed)
  }

  /// Goes at once and says nothing.
  func crash() async {
    dead.withLock { $0 = true }
    cut(bus: true, store: true)
    await pipeline.shutdown(by: context.runtime.now)
  }

  func cut(bus isBusCut: Bool? = nil, store isStoreCut: Bool? = nil) {
    if let isBusCut {
      var weather = bus.weather
      weather.isCut = isBusCut
      bus.weather = weather
    }
    if let isStoreCut {
      var weather = link.weather
      weather.isCut = isStoreCut
      link.weather = weather
    }
  }

  /// The value that a fast hit gives, and nothing else.
  public func fast(_ number: Int) -> Int? {
    let (epoch, now) = (context.ledger.epoch, context.runtime.now)
    var value: Int?
    key(number).withView { view in
      memory.peek(view) { payload, attentionAt, checked in
        guard now < attentionAt, checked == epoch else { return }
        value = payload?._withUnsafeGuaranteedRef { $0.live(as: Int.self) } ?? nil
      }
    }
    return value
  }

  /// From now on nothing goes wrong.
  func calm() {
    if isDead { return }
    bus.weather = SimulatedBus.Weather()
    link.weather = NodeLink.Weather()
  }
}
