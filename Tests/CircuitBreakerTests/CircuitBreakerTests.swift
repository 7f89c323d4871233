// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import CircuitBreaker
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Circuit breaker")
struct CircuitBreakerTests {
  /// A breaker around a store whose operations time out after 50 ms.
  static func pipeline(_ options: String) -> String {
    """
    - circuit-breaker: { \(options) }
    - remote: { store: bytes, timeout: 50ms }
    """
  }

  static let dead = ChaosPlan().sometimes(.hang, rate: 1)

  /// A cache whose breaker has just opened because its store hangs.
  static func broken(_ world: Simulation, _ options: String = "jitter: 0%") async throws -> Depot {
    let depot = try await Depot(pipeline(options), world)
    try depot.store.plan = dead
    for number in 0..<3 { _ = try await depot.read("warm \(number)") }
    #expect(try depot.stage(CircuitBreaker.self).isOpen)
    return depot
  }

  @Test func `a dead store is left alone after five failures, and nobody waits any more`() throws {
    try Simulation(seed: 1).run { world in
      let began = world.clock.now
      let depot = try await Self.broken(world)
      // Three lookups and two fills of 50 ms each; the third fill was not tried.
      #expect(world.clock.now - began == .milliseconds(250))
      for number in 0..<1000 { #expect(try await depot.read("\(number)").text == "\(number)") }
      #expect(world.clock.now - began == .milliseconds(250))
      #expect(try depot.store.count(of: .get) == 3 && depot.store.count(of: .set) == 2)
      #expect(world.reports.count(of: "breaker opened") == 1)
      #expect(world.reports.count(of: "store failed") == 5)
    }
  }

  @Test func `one call of a thousand tries the store when its time has come`() throws {
    try Simulation(seed: 2).run { world in
      let depot = try await Self.broken(world)
      try await world.sleep(for: .seconds(5))
      let before = try depot.store.count(of: .get)
      let callers = (0..<1000).map { number in
        world.spawn { _ = try? await depot.read("\(number)") }
      }
      for caller in callers { await caller.wait() }
      #expect(try depot.store.count(of: .get) == before + 1)
      #expect(try depot.stage(CircuitBreaker.self).isOpen)
    }
  }

  @Test func `a store that answers again is used again`() throws {
    try Simulation(seed: 3).run { world in
      let depot = try await Self.broken(world)
      try depot.store.plan = .calm
      try await world.sleep(for: .seconds(5))
      for _ in 0..<3 { _ = try await depot.read("a") }
      #expect(try !depot.stage(CircuitBreaker.self).isOpen)
      #expect(depot.loads.withLock { $0["a"] } == 1)
      #expect(world.reports.count(of: "breaker closed") == 1)
    }
  }

  @Test func `it waits twice as long after each try that fails, up to a limit`() throws {
    try Simulation(seed: 4).run { world in
      let depot = try await Self.broken(world, "jitter: 0%, open-for: 5s, max-open: 30s")
      var (tries, waits, last) = (try depot.store.count(of: .get), [Int](), world.clock.now)
      while waits.count < 5 {
        try await world.sleep(for: .seconds(1))
        _ = try await depot.read("a")
        guard try depot.store.count(of: .get) > tries else { continue }
        tries = try depot.store.count(of: .get)
        waits.append(Int((world.clock.now - last) / .seconds(1) + 0.5))
        last = world.clock.now
      }
      #expect(waits == [5, 10, 20, 30, 30])
    }
  }

  @Test func `the wait is prolonged by chance, within its bound`() throws {
    let waits = try (0..<40).map { seed in
      try Simulation(seed: UInt64(seed)).run { world in
        let depot = try await Self.broken(world, "jitter: 50%, open-for: 10s")
        let (began, tries) = (world.clock.now, try depot.store.count(of: .get))
        while try depot.store.count(of: .get) == tries {
          try await world.sleep(for: .milliseconds(100))
          _ = try await depot.read("a")
        }
        return (world.clock.now - began) / .seconds(1)
      }
    }
    #expect(waits.allSatisfy { (10...15.2).contains($0) })
    #expect((waits.max() ?? 0) > 14 && (waits.min() ?? 0) < 11)
  }

  @Test func `a change is tried though the breaker is open`() throws {
    try Simulation(seed: 5).run { world in
      let depot = try await Depot(Self.pipeline("jitter: 0%"), world)
      _ = try await depot.read("a", text: "old")
      try depot.store.plan = ChaosPlan().sometimes(.fail, on: .get, .set, rate: 1)
      for number in 0..<3 { _ = try await depot.read("\(number)") }
      #expect(try depot.stage(CircuitBreaker.self).isOpen)
      _ = try await depot.change(.remove, "a")
      try depot.store.plan = .calm
      try await world.sleep(for: .seconds(6))
      #expect(try await depot.read("a", text: "new").text == "new")
    }
  }

  @Test func `half of the calls failing within the window opens it, spread out they do not`() throws
  {
    try Simulation(seed: 6).run { world in
      let options = "consecutive: 1000, min-calls: 10, error-rate: 50%, window: 10s, jitter: 0%"
      for (pause, isOpen) in [(1, true), (3, false)] {
        let depot = try await Depot(Self.pipeline(options), world)
        // Each read looks up, which fails, and fills, which does not.
        try depot.store.plan = ChaosPlan().sometimes(.fail, on: .get, rate: 1)
        for number in 0..<5 {
          #expect(try !depot.stage(CircuitBreaker.self).isOpen)
          _ = try await depot.read("\(number)")
          try await world.sleep(for: .seconds(pause))
        }
        #expect(try depot.stage(CircuitBreaker.self).isOpen == isOpen)
      }
    }
  }

  @Test func `a slow answer counts as none`() throws {
    try Simulation(seed: 7).run { world in
      let depot = try await Depot(Self.pipeline("slow-call: 20ms"), world)
      try depot.store.plan = ChaosPlan().sometimes(.slow(.milliseconds(20)), rate: 1)
      for number in 0..<10 { _ = try await depot.read("\(number)") }
      #expect(try !depot.stage(CircuitBreaker.self).isOpen)
      try depot.store.plan = ChaosPlan().sometimes(.slow(.milliseconds(21)), rate: 1)
      for number in 10..<13 { _ = try await depot.read("\(number)") }
      #expect(try depot.stage(CircuitBreaker.self).isOpen)
    }
  }

  @Test func `a try that is cancelled says nothing, and the next call tries`() throws {
    try Simulation(seed: 8).run { world in
      let depot = try await Self.broken(world)
      try await world.sleep(for: .seconds(5))
      let before = try depot.store.count(of: .get)
      let caller = world.spawn { _ = try? await depot.read("a") }
      try await world.sleep(for: .milliseconds(10))
      caller.cancel()
      await caller.wait()
      try depot.store.plan = .calm
      _ = try await depot.read("b")
      #expect(try depot.store.count(of: .get) == before + 2)
      #expect(try !depot.stage(CircuitBreaker.self).isOpen)
    }
  }

  // MARK: Around the source

  struct Down: Error {}

  static let source = """
    - circuit-breaker: { around: source, consecutive: 3, jitter: 0% }
    - fail-safe: { throttle: 1h }
    - local: { store: memory }
    - stampede-guard
    """

  @Test func `an open breaker around the source makes fail-safe serve stale, and say so`() throws {
    try Simulation(seed: 9).run { world in
      let depot = try await Depot(Self.source, world, settings: "ttl: 1s\nmax-stale: 1h")
      _ = try await depot.read("a", text: "old")
      try await world.sleep(for: .seconds(2))
      for number in 0..<3 { _ = try await depot.read("\(number)") { _ in throw Down() } }
      let stale = try await depot.read("a", text: "new")
      guard case .stale(_, .breakerOpen) = stale.outcome else {
        Issue.record("\(stale.outcome)")
        return
      }
      #expect(stale.text == "old" && depot.loads.withLock { $0["a"] } == 1)
      let refused = try await depot.read("b")
      guard case .failed(let error) = refused.outcome else {
        Issue.record("\(refused.outcome)")
        return
      }
      #expect((error.underlying as? CacheError)?.code == .breakerOpen)
      // The source was not asked, so there is nothing to rest from once the breaker lets calls by.
      try await world.sleep(for: .seconds(5))
      #expect(try await depot.read("a", text: "new").text == "new")
    }
  }

  @Test func `what the source does not have, and a caller that leaves, is no failure`() throws {
    try Simulation(seed: 10).run { world in
      let depot = try await Depot(Self.source, world)
      for number in 0..<10 {
        _ = try await depot.read("\(number)") { context in try context.notFound() }
        let caller = world.spawn {
          _ = try? await depot.read("x") { _ in
            try await world.sleep(for: .seconds(9))
            return nil
          }
        }
        try await world.sleep(for: .milliseconds(1))
        caller.cancel()
        await caller.wait()
      }
      #expect(try !depot.stage(CircuitBreaker.self).isOpen)
      for number in 0..<3 {
        _ = try await depot.read("\(number)") { context in
          context.reportFailure(Down())
          return nil
        }
      }
      #expect(try depot.stage(CircuitBreaker.self).isOpen)
    }
  }

  // MARK: Two caches

  @Test func `what one cache learns of a store spares the others that use it, over a reload too`()
    throws
  {
    try Simulation(seed: 20).run { world in
      let caches = [
        ("texts", Self.pipeline("jitter: 0%")), ("same", Self.pipeline("jitter: 0%")),
        ("other", Self.pipeline("jitter: 0%, min-calls: 7")),
      ]
      let both = try Depot.assembly(caches, world)
      try await both.start()
      let store = try #require(both.stores["bytes"] as? Depot.Bytes)
      store.plan = Self.dead
      func read(_ cache: String, in assembly: Assembly) async throws {
        let key = CacheKey(bytes: Array("\(cache):a".utf8), seed: world.runtime.hashSeed)
        let loader = Loader.each { _ in LivePayload("a") }
        let request = CacheRequest(.read, keys: .one(key), loader: loader, coder: TextCoder())
        _ = try await assembly.pipelines[cache]?.respond(to: request)
      }
      for _ in 0..<3 { try await read("texts", in: both) }
      let tried = store.count(of: .get)
      try await read("same", in: both)
      #expect(store.count(of: .get) == tried)
      // Other rules are another breaker.
      try await read("other", in: both)
      #expect(store.count(of: .get) == tried + 1)
      let later = try Depot.assembly(caches, world, replacing: both)
      try await read("same", in: later)
      #expect(store.count(of: .get) == tried + 1)
    }
  }

  @Test func `places and options that make no sense are refused or warned about`() throws {
    let nothing = try Depot.problems("- local: { store: memory }\n- circuit-breaker")
    #expect(nothing.contains { $0.contains("guards the store of the next tier further in") })
    let memory = try Depot.problems("- circuit-breaker\n- local: { store: memory }")
    #expect(memory.contains { $0.contains("warning") && $0.contains("lies in this process") })
    let twice = try Depot.problems("- circuit-breaker\n" + Self.pipeline(""))
    #expect(twice.contains { $0.contains("another circuit-breaker stands before the same tier") })
    let late = try Depot.problems(
      "- fail-safe\n- circuit-breaker: { around: source }\n- local: { store: memory }")
    #expect(late.contains { $0.contains("move circuit-breaker before it") })
    let times = try Depot.problems(Self.pipeline("open-for: 2m, max-open: 1m"))
    #expect(times.contains { $0.contains("must be at least open-for, 2m") })
    #expect(try Depot.problems(Self.pipeline("")) == [])
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(CircuitBreaker.self, folder: "CircuitBreaker") == [])
  }
}
