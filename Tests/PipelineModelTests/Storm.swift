// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting

/// A concurrent random test: readers, and one updater for each key who changes the source and then
/// tells the cache. No model can say what each call answers; every answer must keep the promises.
struct Storm: Sendable, CustomStringConvertible {
  var shape: PipelineShape
  var seed: UInt64
  var keys = 3
  var readers = 6
  var reads = 8
  var updates = 4
  /// How many percent of the readers are cancelled at some moment.
  var cancelled = 15
  /// Whether loads are counted: then readers ask for nothing special and are not cancelled.
  var countsLoads = false
  /// Nodes beyond one share the store; each has its own pipeline.
  var nodes = 1

  var description: String {
    "\(shape), \(keys) keys, \(readers) readers × \(reads), \(updates) updates, \(nodes) nodes"
  }

  /// What was wrong, with what went before it.
  func violations() -> [String] { run().violations }

  func run() -> (violations: [String], trace: UInt64, log: [String]) {
    let world = Simulation(seed: seed)
    do {
      let log = try world.run { world in
        let weather = try Weather(self, world)
        await weather.blow()
        return weather.log
      }
      return (log.violations, world.trace, log.lines)
    } catch {
      return (["the run ended with \(error)"], world.trace, [])
    }
  }

  /// The smallest storm around this one that still breaks a promise.
  func shrunk() -> Storm {
    var best = self
    let smaller: [@Sendable (inout Storm) -> Void] = [
      { $0.readers = 1 }, { $0.readers = 2 }, { $0.keys = 1 }, { $0.updates = 1 },
      { $0.updates = 2 }, { $0.reads = 2 }, { $0.reads = 4 }, { $0.cancelled = 0 },
    ]
    for change in smaller {
      for shift in 0..<40 as Range<UInt64> {
        var candidate = best
        change(&candidate)
        candidate.seed &+= shift
        guard !candidate.violations().isEmpty else { continue }
        best = candidate
        break
      }
    }
    return best
  }
}

/// A storm while it blows: the source, what is promised, and what was seen.
final class Weather: Sendable {
  struct Log: Sendable {
    var lines: [String] = []
    var violations: [String] = []
  }

  private struct Source {
    /// The number that a load of each key would return now.
    var numbers: [Int]
    /// What may not be undercut by a fresh answer, and by a stale one.
    var floors: [Int]
    var staleFloors: [Int]
    /// Moves whenever the key is invalidated: loads on both sides of that may overlap.
    var generations: [Int]
    /// How many invalidations of the key are under way.
    var updating: [Int]
    /// How many loads run for calls that no invalidation has touched.
    var loading: [Mark: Int] = [:]
    /// When each number was loaded or written.
    var born: [Int: Timestamp] = [:]
  }

  private struct Mark: Hashable {
    var key: Int
    var generation: Int
  }

  private let storm: Storm
  private let world: Simulation
  private let nodes: [Subject]
  private let source: Lock<Source>
  private let state = Lock(Log())

  init(_ storm: Storm, _ world: Simulation) throws {
    (self.storm, self.world) = (storm, world)
    let zeros = [Int](repeating: 0, count: storm.keys)
    let ones = [Int](repeating: 1, count: storm.keys)
    source = Lock(
      Source(
        numbers: ones, floors: zeros, staleFloors: zeros, generations: zeros, updating: zeros))
    let shared = storm.nodes > 1 ? ReferenceSharedStore(runtime: world.runtime) : nil
    nodes = try (0..<storm.nodes).map { _ in
      try Subject(storm.shape, world.runtime, shared: shared) { store, _ in
        Self.slow(store, world.runtime)
      }
    }
  }

  /// The store, with operations that take their time.
  private static func slow(_ store: any CacheStore, _ runtime: CacheRuntime) -> any CacheStore {
    let plan = ChaosPlan().sometimes(.slow(.milliseconds(7)), rate: 0.3)
      .sometimes(.slow(.milliseconds(31)), rate: 0.2).sometimes(.slow(.zero), rate: 0.3)
    func wrap<Store: CacheStore>(_ store: Store) -> any CacheStore {
      ChaosStore(store, runtime: runtime, plan: plan)
    }
    return wrap(store)
  }

  var log: Log { state.withLock { $0 } }

  // MARK: The course of it

  func blow() async {
    let dice = Dice(seed: storm.seed ^ 0xD1CE)
    var actors: [any SpawnedTask] = []
    for key in 0..<storm.keys {
      let own = Dice(seed: dice.next())
      actors.append(world.spawn { await self.update(key, own) })
    }
    for number in 0..<storm.readers {
      let own = Dice(seed: dice.next())
      let reader = world.spawn { await self.read("reader \(number)", own) }
      actors.append(reader)
      if !storm.countsLoads, dice.isLucky(storm.cancelled) {
        let moment = dice.below(400)
        world.spawn {
          await self.pause(moment)
          reader.cancel()
        }
      }
    }
    for actor in actors { await actor.wait() }
    // Loads that everybody left end within the longest load.
    await pause(1000)
    for node in nodes where !node.remains.isEmpty { violate("left behind: \(node.remains)") }
    if world.runningTasks != 1 { violate("\(world.runningTasks - 1) tasks were left running") }
    if world.clock.pendingTimers != 0 { violate("\(world.clock.pendingTimers) timers were left") }
  }

  private func pause(_ milliseconds: Int) async {
    try? await world.sleep(for: .milliseconds(milliseconds))
  }

  private func note(_ line: @autoclosure () -> String) {
    let time =
      (world.clock.now - Timestamp(nanoseconds: 1_700_000_000_000_000_000)) / .milliseconds(1)
    let line = "\(Int(time))ms \(line())"
    state.withLock { $0.lines.append(line) }
  }

  private func violate(_ what: String) {
    note("!!! \(what)")
    state.withLock { $0.violations.append(what) }
  }

  // MARK: Updating

  private func update(_ key: Int, _ dice: Dice) async {
    for _ in 0..<storm.updates {
      await pause(dice.below(120))
      let number = source.withLock { source in
        source.numbers[key] += 1
        source.born[self.value(key, source.numbers[key])] = self.world.clock.now
        return source.numbers[key]
      }
      await change(key, number, dice)
    }
  }

  private func change(_ key: Int, _ number: Int, _ dice: Dice) async {
    let node = nodes[dice.below(nodes.count)]
    let own = Batch.one(node.key(key))
    var request = CacheRequest(.remove, keys: own, coder: WideCoder())
    var isForAll = false
    var leavesStale = false
    // Nodes tell each other nothing here, so only what the shared store orders counts.
    switch dice.below(nodes.count > 1 ? 4 : 7) {
    case 0, 1: break
    case 2, 3:
      let loaded = LoadedValue(LivePayload(value(key, number)))
      request.operation = .write(.one(loaded))
      request.options.tags = [Tag("\(key)"), "all"]
    case 4:
      request.operation = .expire
      leavesStale = true
    case 5:
      isForAll = dice.isLucky(50)
      request = CacheRequest(.invalidate([isForAll ? "all" : Tag("\(key)")]), keys: .many([]))
    default:
      isForAll = true
      request = CacheRequest(.clear, keys: .many([]))
    }
    let concerned = isForAll ? Array(0..<storm.keys) : [key]
    let numbers = bump(concerned, endsAllLoads: request.keys.isEmpty)
    note("\(request.operation.name) key \(key) begins, source \(number)")
    do {
      let reply = try await node.pipeline.respond(to: request)
      if let version = reply.results.first?.version, version != .none {
        await check(token: ConsistencyToken(version: version), key, number, dice)
      }
    } catch {
      violate("\(request.operation.name) threw \(error)")
    }
    raise(concerned, to: numbers, leavesStale: leavesStale)
    note("\(request.operation.name) key \(key) returned")
  }

  private func bump(_ keys: [Int], endsAllLoads: Bool) -> [Int] {
    source.withLock { source in
      // Nobody knows the tags of what is being loaded, so an invalidation by tag ends all sharing.
      if endsAllLoads { for key in source.generations.indices { source.generations[key] += 1 } }
      for key in keys {
        source.generations[key] += 1
        source.updating[key] += 1
      }
      return keys.map { source.numbers[$0] }
    }
  }

  private func raise(_ keys: [Int], to numbers: [Int], leavesStale: Bool) {
    source.withLock { source in
      for (key, number) in zip(keys, numbers) {
        source.generations[key] += 1
        source.updating[key] -= 1
        source.floors[key] = max(source.floors[key], number)
        if !leavesStale { source.staleFloors[key] = max(source.staleFloors[key], number) }
      }
    }
  }

  /// Who holds a token reads nothing older, on any node.
  private func check(token: ConsistencyToken, _ key: Int, _ number: Int, _ dice: Dice) async {
    let node = nodes[dice.below(nodes.count)]
    var request = CacheRequest(
      .read, keys: .one(node.key(key)), loader: loader(dice), coder: WideCoder())
    request.options.token = token
    guard let reply = try? await node.pipeline.respond(to: request).first,
      let value = reply.entry?.payload?.live(as: Int.self)
    else { return }
    if value < self.value(key, number) {
      violate("a token for \(self.value(key, number)) was shown \(value), \(reply.outcome)")
    }
  }

  // MARK: Reading

  private func read(_ name: String, _ dice: Dice) async {
    for _ in 0..<storm.reads {
      await pause(dice.below(60))
      if Task.isCancelled { return }
      let node = nodes[dice.below(nodes.count)]
      let keys = dice.isLucky(70) ? [dice.below(storm.keys)] : Array(0..<storm.keys)
      let options = options(dice, node)
      let floors = source.withLock { ($0.floors, $0.staleFloors) }
      note("\(name) reads \(keys)")
      let request = CacheRequest(
        .read, keys: Batch(keys.map(node.key)), options: options, loader: loader(dice),
        coder: WideCoder())
      do {
        let reply = try await node.pipeline.respond(to: request)
        for (key, result) in zip(keys, reply.results) {
          judge(name, key, result, options, floors.0[key], floors.1[key])
        }
      } catch {
        note("\(name) threw \(error)")
        if !Task.isCancelled { violate("a read threw \(error)") }
      }
    }
  }

  private func options(_ dice: Dice, _ node: Subject) -> RequestOptions {
    var options = RequestOptions()
    options.tags = ["all"]
    if storm.countsLoads { return options }
    options.allowsStale = dice.isLucky(15)
    options.refresh = dice.isLucky(10)
    if dice.isLucky(10) { options.skipReading = .all }
    if dice.isLucky(10) { options.skipWriting = .all }
    return options
  }

  private func judge(
    _ name: String, _ key: Int, _ reply: KeyReply, _ options: RequestOptions, _ floor: Int,
    _ staleFloor: Int
  ) {
    guard let value = reply.entry?.payload?.live(as: Int.self) else {
      if case .failed = reply.outcome { return }
      return violate("\(name) got nothing for key \(key): \(reply.outcome)")
    }
    note("\(name) got \(value) by \(reply.outcome)")
    var lowest = floor
    if case .stale(_, let reason) = reply.outcome {
      lowest = staleFloor
      if reason == .asked, !options.allowsStale { violate("\(name) got a stale entry unasked") }
    }
    if value / 1000 != key { violate("\(name) asked for key \(key) and got \(value)") }
    if value % 1000 < lowest {
      violate("\(name) got \(value) by \(reply.outcome) after an invalidation at \(lowest)")
    }
    let age = world.clock.now - (source.withLock { $0.born[value] } ?? world.clock.now)
    if age > .seconds(storm.shape.ttl + storm.shape.maxStale) {
      violate("\(name) got \(value), which is \(age) old")
    }
  }

  // MARK: Loading

  private func value(_ key: Int, _ number: Int) -> Int { key * 1000 + number }

  private func loader(_ dice: Dice) -> Loader {
    let (time, isBroken, isBulk) = (dice.below(50), dice.isLucky(5), dice.isLucky(30))
    let calm = source.withLock { source in
      source.updating.indices.map { source.updating[$0] == 0 ? source.generations[$0] : nil }
    }
    if isBulk {
      return .bulk { contexts in
        let loads = contexts.map { self.begin($0, calm) }
        defer { for load in loads { self.end(load) } }
        try await self.world.sleep(for: .milliseconds(time))
        if isBroken { throw BrokenSource() }
        return loads.map { LivePayload($0.value) }
      }
    }
    return .each { context in
      let load = self.begin(context, calm)
      defer { self.end(load) }
      try await self.world.sleep(for: .milliseconds(time))
      if isBroken { throw BrokenSource() }
      return LivePayload(load.value)
    }
  }

  /// Begins a load for a call that began at the generations of `calm`, `nil` where there was none.
  private func begin(
    _ context: LoadContext, _ calm: [Int?]
  ) -> (value: Int, mark: Mark?) {
    let key = Int(context.key.text.dropFirst("test:".count)) ?? -1
    context.tags = [Tag("\(key)"), "all"]
    let (value, mark, running) = source.withLock { source in
      let value = self.value(key, source.numbers[key])
      source.born[value] = self.world.clock.now
      guard source.updating[key] == 0, calm[key] == source.generations[key] else {
        return (value, nil as Mark?, 1)
      }
      let mark = Mark(key: key, generation: source.generations[key])
      source.loading[mark, default: 0] += 1
      return (value, mark, source.loading[mark, default: 0])
    }
    note("load of \(value) begins")
    if storm.countsLoads, running > 1 { violate("\(running) loads of key \(key) run at once") }
    return (value, mark)
  }

  private func end(_ load: (value: Int, mark: Mark?)) {
    note("load of \(load.value) ends")
    guard let mark = load.mark else { return }
    source.withLock { $0.loading[mark, default: 1] -= 1 }
  }
}
