// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// What a hit costs through a cache, by the number of stages, beside the bare store's; what the
// walk through six stages costs, and what each kind of stage adds to it; what the wrapped function
// adds; and how long 10,000 callers wait for one load.

import AllocationCount
import BenchmarkKit
import MemoryStore
import Strata
import StrataConfig
import StrataSystem

@main
struct PipelineBenchmark {
  static let keys = 1000
  let benchmarks = BenchmarkRun(rounds: 15)
  let runtime = CacheRuntime.live(disk: false)

  static func main() async throws {
    let benchmark = PipelineBenchmark()
    for stages in [1, 6, 12] { try await benchmark.hit(stages: stages) }
    try await benchmark.wrapped()
    try await benchmark.fullRoad()
    for (kind, stage) in Self.kinds { try await benchmark.stage(kind, stage) }
    try await benchmark.stampede()
  }

  // MARK: What is measured

  /// The synchronous hit, beside a hit of the bare store with a key made the same way.
  func hit(stages: Int) async throws {
    let name = "pipeline/hit/stages=\(stages)"
    guard benchmarks.wants(name) else { return }
    let users = try await filled(Array(Self.pipeline.prefix(stages)))
    let bare = await BareStore(keys: Self.keys, runtime: runtime)
    var next = 0
    var ours = 0
    var theirs = 0
    benchmarks.compare(name, calls: 200_000, with: "bare store") {
      if let user = users.cached(next) { ours &+= user.id }
      next = next &+ 1 == Self.keys ? 0 : next &+ 1
    } peer: {
      if let user = bare.find(next) { theirs &+= user.id }
      next = next &+ 1 == Self.keys ? 0 : next &+ 1
    }
    precondition(ours > 0 && ours == theirs, "every call must have been a hit")
    let before = strata_allocation_count()
    for id in 0..<Self.keys { ours &+= users.cached(id)?.id ?? 0 }
    let allocations = strata_allocation_count() - before
    benchmarks.record("\(name)/allocations", Double(allocations) / Double(Self.keys), .count)
  }

  /// A hit through the wrapped function, which is asynchronous, beside the bare store's hit.
  func wrapped() async throws {
    guard benchmarks.wants("wrap/hit") else { return }
    let users = try await filled(Self.pipeline)
    let user = users.wrap { id in throw Unexpected(id: id) }
    let bare = await BareStore(keys: Self.keys, runtime: runtime)
    let calls = 200_000
    var ours: [Double] = []
    var theirs: [Double] = []
    var sum = 0
    for _ in 0...15 {
      let start = BenchmarkClock.nanoseconds()
      for call in 0..<calls { sum &+= try await user(call % Self.keys).id }
      let middle = BenchmarkClock.nanoseconds()
      for call in 0..<calls { sum &-= bare.find(call % Self.keys)?.id ?? 0 }
      let end = BenchmarkClock.nanoseconds()
      ours.append(Double(middle - start) / Double(calls))
      theirs.append(Double(end - middle) / Double(calls))
    }
    precondition(sum == 0, "every call must have been a hit")
    benchmarks.record(
      "wrap/hit", BenchmarkRun.median(ours.dropFirst()), .nanoseconds,
      peer: ("bare store", BenchmarkRun.median(theirs.dropFirst())))
  }

  /// A request that six stages see on its way in and out, answered by the innermost.
  func fullRoad() async throws {
    let name = "pipeline/full-road/6-stages"
    guard benchmarks.wants(name) else { return }
    var stages = Array(Self.pipeline.prefix(6))
    stages.append(stages.removeFirst())
    let users = try await filled(stages)
    let calls = 50_000
    await benchmarks.measure(name, operations: calls) {
      for call in 0..<calls {
        let reply = try? await users.reply(for: call % Self.keys)
        precondition(reply?.value != nil, "every call must have been a hit")
      }
    }
  }

  /// What one stage adds to a request that passes it on its way to the tier that answers: the
  /// difference to the same road without it, walked in turn.
  func stage(_ kind: String, _ stage: String) async throws {
    let name = "pipeline/stage/\(kind)"
    guard benchmarks.wants(name) else { return }
    let local = Self.pipeline[0]
    let (with, without) = (try await filled([stage, local]), try await filled([local]))
    var added: [Double] = []
    for _ in 0...20 {
      let start = BenchmarkClock.nanoseconds()
      let calls = try await walk(without)
      let middle = BenchmarkClock.nanoseconds()
      _ = try await walk(with)
      let end = BenchmarkClock.nanoseconds()
      added.append((Double(end - middle) - Double(middle - start)) / Double(calls))
    }
    benchmarks.record(name, BenchmarkRun.median(added.dropFirst()), .nanoseconds)
  }

  /// Asks for every key some times on the full road, with a loader that is not needed.
  private func walk(_ users: Cache<Int, User>) async throws -> Int {
    let calls = 10 * Self.keys
    for call in 0..<calls {
      let reply = try await users.reply(for: call % Self.keys) { _ in throw Unexpected(id: call) }
      precondition(reply.value != nil, "every call must have been a hit")
    }
    return calls
  }

  /// How much longer than their one load 10,000 callers of a cold key wait, the last one included.
  func stampede() async throws {
    let name = "pipeline/stampede/10000-callers"
    guard benchmarks.wants(name) else { return }
    let users = try await filled(Array(Self.pipeline.prefix(6)))
    let (load, clock) = (Duration.milliseconds(100), runtime.clock)
    var beyond: [Double] = []
    for round in 0..<7 {
      let began = BenchmarkClock.nanoseconds()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<10_000 {
          group.addTask {
            _ = try await users.value(for: -1 - round) {
              try await clock.sleep(for: load)
              return User(id: round, name: "")
            }
          }
        }
        try await group.waitForAll()
      }
      beyond.append(Double(BenchmarkClock.nanoseconds() - began) / 1e6 - 100)
    }
    benchmarks.record(name, BenchmarkRun.median(beyond[...]), .milliseconds)
  }

  // MARK: What it is measured on

  /// The stages that stand alone before a tier, each as it is written.
  static let kinds = [
    ("pass-through", "pass-through"), ("metrics", "metrics"), ("tracing", "tracing"),
    ("audit", "audit"), ("fail-safe", "fail-safe"),
    ("fail-safe-timeouts", "fail-safe: { soft-timeout: 50ms, hard-timeout: 2s }"),
    ("stampede-guard", "stampede-guard"), ("refresh-ahead", "refresh-ahead"),
    ("stale-while-revalidate", "stale-while-revalidate"), ("sliding", "sliding: { max: 2h }"),
    ("ttl-jitter", "ttl-jitter"), ("negative", "negative: { errors: 1s }"),
    ("validation", "validation: { max-size: 1MiB }"),
    ("circuit-breaker", "circuit-breaker: { around: source }"),
    ("loader-limits", "loader-limits"), ("hot-keys", "hot-keys"),
    ("versioned-keys", "versioned-keys"), ("warming", "warming: { keys: [\"1\"] }"),
  ]

  struct Unexpected: Error { var id: Int }

  /// Twelve stages of which the first is the tier; the first six are the usual ones.
  static let pipeline = [
    "local: { store: memory }", "fail-safe", "refresh-ahead", "stampede-guard", "ttl-jitter",
    "negative", "pass-through", "pass-through", "pass-through", "pass-through", "pass-through",
    "pass-through",
  ]

  /// A cache with these stages, every key of which is there.
  func filled(_ stages: [String]) async throws -> Cache<Int, User> {
    let yaml = """
      version: 1
      stores:
        memory: { kind: memory, entries: 10000 }
      caches:
        users:
          key: "user:{id}"
          ttl: 1h
          pipeline:
      \(stages.map { "      - \($0)" }.joined(separator: "\n"))
      """
    var registry = Registry.builtIn
    try registry.register(PassThrough.self)
    let reader = ConfigReader(files: ConfigTexts(["bench.yaml": yaml]), environment: { _ in nil })
    let plan = try reader.plan("bench.yaml", registry: registry).checked()
    let strata = try await Strata(plan: plan, registry: registry, runtime: runtime)
    let users: Cache<Int, User> = try strata.cache("users")
    for id in 0..<Self.keys { try await users.set(id, User(id: id, name: "user number \(id)")) }
    for id in 0..<Self.keys { _ = try await users.get(id) }
    return users
  }
}
