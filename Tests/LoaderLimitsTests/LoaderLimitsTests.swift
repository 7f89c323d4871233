// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import LoaderLimits
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Loader limits")
struct LoaderLimitsTests {
  static func pipeline(_ options: String) -> String {
    """
    - loader-limits: { \(options) }
    - fail-safe: { throttle: 1ms }
    - local: { store: memory }
    - stampede-guard
    """
  }

  /// A source that knows how many ask it at once.
  final class Gauge: Sendable {
    let running = Lock((now: 0, most: 0))
    let order = Lock<[String]>([])
    private let world: Simulation

    init(_ world: Simulation) { self.world = world }

    func load(_ context: LoadContext, _ time: Duration) async throws -> Payload? {
      order.withLock { $0.append(String(context.key.text.dropFirst("texts:".count))) }
      running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
      defer { running.withLock { $0.now -= 1 } }
      try await world.sleep(for: time)
      return LivePayload("text")
    }
  }

  static func isOverloaded(_ reply: KeyReply) -> Bool {
    guard case .failed(let error) = reply.outcome else { return false }
    return (error.underlying as? CacheError)?.code == .overloaded
  }

  @Test func `so many load at once and no more, and the others in their order`() throws {
    try Simulation(seed: 1).run { world in
      let depot = try await Depot(Self.pipeline("concurrency: 3"), world)
      let gauge = Gauge(world)
      var callers: [any SpawnedTask] = []
      for number in 0..<50 {
        callers.append(
          world.spawn {
            let reply = try? await depot.read("\(number)") {
              try await gauge.load($0, .milliseconds(10))
            }
            #expect(reply?.text == "text")
          })
        try await world.sleep(for: .microseconds(1))
      }
      for caller in callers { await caller.wait() }
      #expect(gauge.running.withLock { $0.most } == 3)
      #expect(gauge.order.withLock { $0 } == (0..<50).map { "\($0)" })
      #expect(try depot.stage(LoaderLimits.self).load == (0, 0, 3))
    }
  }

  @Test func `what comes when the queue is full is refused at once`() throws {
    try Simulation(seed: 2).run { world in
      let depot = try await Depot(Self.pipeline("concurrency: 1, queue: 2"), world)
      let gauge = Gauge(world)
      let began = world.clock.now
      let refused = Lock<[Duration]>([])
      let callers = (0..<10).map { number in
        world.spawn {
          guard
            let reply = try? await depot.read(
              "\(number)", load: { try await gauge.load($0, .seconds(1)) })
          else { return }
          if Self.isOverloaded(reply) { refused.withLock { $0.append(world.clock.now - began) } }
        }
      }
      for caller in callers { await caller.wait() }
      #expect(refused.withLock { $0 } == [Duration](repeating: .zero, count: 7))
      #expect(gauge.order.withLock { $0.count } == 3)
    }
  }

  @Test func `a caller whose deadline cannot be met is refused at once`() throws {
    try Simulation(seed: 3).run { world in
      let depot = try await Depot(Self.pipeline("concurrency: 1"), world)
      let gauge = Gauge(world)
      // Learns that a load takes 100 ms.
      _ = try await depot.read("first") { try await gauge.load($0, .milliseconds(100)) }
      let began = world.clock.now
      let ends = Lock<[Int: Duration]>([:])
      var options = RequestOptions()
      options.timeout = .milliseconds(250)
      var callers: [any SpawnedTask] = []
      for number in 0..<5 {
        let wanted = options
        callers.append(
          world.spawn {
            let reply = try? await depot.read("\(number)", options: wanted) {
              try await gauge.load($0, .milliseconds(100))
            }
            let time = world.clock.now - began
            if let reply, Self.isOverloaded(reply) { ends.withLock { $0[number] = time } }
          })
        try await world.sleep(for: .microseconds(1))
      }
      for caller in callers { await caller.wait() }
      // The first loads, the second ends at 200 ms; the third would end at 300.
      #expect(ends.withLock { $0.keys.sorted() } == [2, 3, 4])
      #expect(ends.withLock { $0.values.allSatisfy { $0 < .milliseconds(1) } })
      #expect(gauge.order.withLock { $0.count } == 3)
    }
  }

  @Test func `who leaves the queue is not loaded for, and leaves nothing behind`() throws {
    for seed in 0..<200 as Range<UInt64> {
      try Simulation(seed: seed).run { world in
        let depot = try await Depot(Self.pipeline("concurrency: 2"), world)
        let gauge = Gauge(world)
        let callers = (0..<12).map { number in
          world.spawn {
            _ = try? await depot.read("\(number)") { try await gauge.load($0, .milliseconds(5)) }
          }
        }
        for caller in callers {
          let isLeaving = world.runtime.random.below(2) == 0
          let pause = Int64(world.runtime.random.below(4))
          try await world.sleep(for: .milliseconds(pause))
          if isLeaving { caller.cancel() }
        }
        for caller in callers { await caller.wait() }
        await world.settle()
        #expect(try depot.stage(LoaderLimits.self).load == (0, 0, 2), "seed \(seed)")
        #expect(gauge.running.withLock { $0.most } <= 2, "seed \(seed)")
        let after = try await depot.read("after") { try await gauge.load($0, .zero) }
        #expect(after.text == "text")
      }
    }
  }

  @Test func `a loader that reads its own cache does not wait for itself`() throws {
    try Simulation(seed: 4).run { world in
      let depot = try await Depot(Self.pipeline("concurrency: 1"), world)
      let reply = try await depot.read("outer") { _ in
        LivePayload("outer and \(try await depot.read("inner").text ?? "nothing")")
      }
      #expect(reply.text == "outer and inner")
    }
  }

  @Test func `fail-safe serves stale where a load is refused, and says why`() throws {
    try Simulation(seed: 5).run { world in
      let depot = try await Depot(
        Self.pipeline("concurrency: 1, queue: 0"), world, settings: "ttl: 1s\nmax-stale: 1h")
      _ = try await depot.read("a", text: "old")
      try await world.sleep(for: .seconds(2))
      let other = world.spawn {
        _ = try? await depot.read("b") { _ in
          try await world.sleep(for: .seconds(1))
          return nil
        }
      }
      try await world.sleep(for: .milliseconds(1))
      let reply = try await depot.read("a", text: "new")
      guard case .stale(_, .overloaded) = reply.outcome else {
        Issue.record("\(reply.outcome)")
        return
      }
      await other.wait()
      #expect(try await depot.read("a", text: "new").text == "new")
    }
  }

  // MARK: Adaptive

  /// Runs 64 callers against a source whose load time follows from how many ask it at once.
  private func limit(
    _ options: String, _ world: Simulation, _ depot: Depot, for time: Duration,
    _ cost: @escaping @Sendable (Int) -> Duration
  ) async throws -> Int {
    let (gauge, end) = (Gauge(world), world.clock.now + time)
    let callers = (0..<64).map { caller in
      world.spawn {
        var number = 0
        while world.clock.now < end {
          number += 1
          _ = try? await depot.read("\(caller).\(number).\(end.nanoseconds)") {
            let time = cost(gauge.running.withLock { $0.now } + 1)
            return try await gauge.load($0, time)
          }
        }
      }
    }
    for caller in callers { await caller.wait() }
    return try depot.stage(LoaderLimits.self).load.limit
  }

  @Test func `aimd finds how many the source answers in time`() throws {
    try Simulation(seed: 6).run { world in
      let options = "concurrency: 64, adaptive: aimd, target: 15ms"
      let depot = try await Depot(Self.pipeline(options), world)
      // Four at once take 10 ms, more take longer in proportion: six keep to 15 ms.
      let limit = try await limit(options, world, depot, for: .seconds(5)) { running in
        .microseconds(10_000 * max(4, running) / 4)
      }
      #expect((4...8).contains(limit), "\(limit)")
    }
  }

  @Test func `gradient backs off a source that slows down, and returns when it is well`() throws {
    try Simulation(seed: 7).run { world in
      let options = "concurrency: 64, adaptive: gradient"
      let depot = try await Depot(Self.pipeline(options), world)
      let well = try await limit(options, world, depot, for: .seconds(3)) { _ in .milliseconds(10) }
      #expect(well >= 50, "\(well)")
      let ill = try await limit(options, world, depot, for: .milliseconds(400)) { _ in
        .milliseconds(100)
      }
      #expect(ill < 24, "\(ill)")
      let again = try await limit(options, world, depot, for: .seconds(5)) { _ in .milliseconds(10)
      }
      #expect(again >= 50, "\(again)")
    }
  }

  // MARK: Joint loads

  static let users = """
    version: 1
    stores:
      memory: { kind: reference }
    caches:
      users:
        ttl: 10m
        pipeline:
          - loader-limits: { coalesce: 2ms, max-batch: 4 }
          - local: { store: memory }
          - stampede-guard
    """

  @Test func `misses of one bulk loader within a moment are loaded together`() throws {
    try Simulation(seed: 8).run { world in
      let strata = try await Shop.open(Self.users, world)
      let users: Cache<Int, User> = try strata.cache("users")
      let batches = Lock<[[Int]]>([])
      let user = users.wrapMany { ids in
        batches.withLock { $0.append(ids.sorted()) }
        try await world.sleep(for: .milliseconds(10))
        return Dictionary(
          uniqueKeysWithValues: ids.filter { $0 != 7 }.map { ($0, User(id: $0, name: "\($0)")) })
      }
      let callers = (0..<10).map { id in
        world.spawn {
          let found = try? await user(id)
          #expect(found.flatMap(\.self)?.id == (id == 7 ? nil : id))
        }
      }
      for caller in callers { await caller.wait() }
      #expect(batches.withLock { $0.map(\.count).sorted() } == [2, 4, 4])
      #expect(batches.withLock { $0.flatMap(\.self).sorted() } == Array(0..<10))
      // From now on they are hits, but for the one that the source does not have.
      for id in 0..<7 { _ = try await user(id) }
      #expect(batches.withLock { $0.count } == 3)
    }
  }

  @Test func `who leaves a joint load does not take the others along`() throws {
    try Simulation(seed: 9).run { world in
      let strata = try await Shop.open(Self.users, world)
      let users: Cache<Int, User> = try strata.cache("users")
      let loads = Lock(0)
      let user = users.wrapMany { ids in
        loads.withLock { $0 += 1 }
        try await world.sleep(for: .milliseconds(10))
        return Dictionary(uniqueKeysWithValues: ids.map { ($0, User(id: $0, name: "\($0)")) })
      }
      let leaving = world.spawn { _ = try? await user(1) }
      try await world.sleep(for: .milliseconds(1))
      let staying = world.spawn { #expect((try? await user(2))?.map(\.id) == 2) }
      try await world.sleep(for: .milliseconds(2))
      leaving.cancel()
      await staying.wait()
      #expect(loads.withLock { $0 } == 1)
      // All leave before the window closes: nothing is loaded, and the next one opens its own.
      let alone = world.spawn { _ = try? await user(3) }
      try await world.sleep(for: .milliseconds(1))
      alone.cancel()
      await alone.wait()
      #expect(try await user(3)?.id == 3)
      #expect(loads.withLock { $0 } == 2)
    }
  }

  @Test func `options that contradict each other, and late places, are pointed out`() throws {
    let more = try Depot.problems(Self.pipeline("concurrency: 4, min-concurrency: 5"))
    #expect(more.contains { $0.contains("min-concurrency: is more than concurrency, 4") })
    let aimd = try Depot.problems(Self.pipeline("adaptive: aimd"))
    #expect(aimd.contains { $0.contains("write target: 100ms") })
    let target = try Depot.problems(Self.pipeline("target: 10ms"))
    #expect(target.contains { $0.contains("warning") && $0.contains("only adaptive: aimd") })
    let late = try Depot.problems("- fail-safe\n- loader-limits\n- local: { store: memory }")
    #expect(late.contains { $0.contains("move loader-limits before it") })
    let twice = try Depot.problems("- loader-limits\n" + Self.pipeline(""))
    #expect(twice.contains { $0.contains("a second loader-limits has nothing to do") })
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(LoaderLimits.self, folder: "LoaderLimits") == [])
  }
}
