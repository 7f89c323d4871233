// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A stage under test between two probes, over a source that counts and takes its time.
final class StageBench: Sendable {
  /// A result as the rules look at it.
  struct Result: Sendable {
    var outcome: Outcome
    var value: Int?
  }

  struct SourceFailure: Error {}

  /// One operation of each kind.
  static let operations: [CacheOperation] = [
    .read, .write(.one(LoadedValue(LivePayload(1)))), .remove, .expire, .touch(.seconds(5)),
    .lifetime, .invalidate(["check"]), .clear,
  ]

  let world: Simulation
  let pipeline: Pipeline
  let outer = StageProbe()
  let inner = StageProbe()
  /// The position and name of the stage under test.
  let id: StageID
  /// What a load adds to the number of its key: a change of the source.
  let edition = Lock(0)
  let source: Lock<Source>
  private let rule: String
  private let list: FindingList

  /// How the source behaves.
  enum Source: Sendable { case answers, fails, hangs }

  init(rule: String, _ world: Simulation, _ make: StageRule.Make) throws {
    self.rule = rule
    self.world = world
    source = Lock(.answers)
    let policy = CachePolicy(name: "check", ttl: .seconds(60), maxStale: .seconds(60))
    let context = CacheContext(policy: policy, runtime: world.runtime)
    let stores: [String: any CacheStore] = [
      "memory": ReferenceStore(runtime: world.runtime),
      "bytes": ReferenceByteStore(runtime: world.runtime),
      "shared": ReferenceSharedStore(runtime: world.runtime),
      "bus": SimulatedBus(runtime: world.runtime).endpoint(seed: 1),
    ]
    let stage = try make(context, stores)
    id = type(of: stage).id
    list = FindingList("stage '\(id)'")
    pipeline = Pipeline(stages: [outer, stage, inner], context: context)
  }

  var findings: [Finding] { list.all }

  func add(_ expected: String, _ found: String) {
    list.add(rule, expected: expected, found: found)
  }

  func expect(_ isRight: Bool, _ expected: String, _ found: @autoclosure () -> String) {
    if !isRight { add(expected, found()) }
  }

  // MARK: Calls

  func key(_ number: Int) -> CacheKey {
    CacheKey(bytes: Array("check:\(number)".utf8), seed: world.runtime.hashSeed)
  }

  /// What the source answers for a key now.
  func value(_ key: Int) -> Int { key + 1000 * edition.withLock { $0 } }

  /// Sends a request with a loader and a time limit long enough for any stage that ever answers.
  func send(
    _ operation: CacheOperation, _ numbers: [Int], timeout: Duration = .seconds(60),
    isBulk: Bool = false
  ) async throws -> CacheReply {
    var operation = operation
    var keys = Batch(numbers.map(key))
    switch operation {
    case .invalidate, .clear: keys = .many([])
    case .write: operation = .write(Batch(numbers.map { LoadedValue(LivePayload(value($0))) }))
    default: break
    }
    var request = CacheRequest(
      operation, keys: keys, loader: isBulk ? bulkLoader : loader, coder: NumberCoder())
    request.options.timeout = timeout
    return try await pipeline.respond(to: request)
  }

  /// Sends a request that a healthy pipeline answers; a failure of the stage becomes a finding.
  @discardableResult
  func attempt(
    _ operation: CacheOperation, _ keys: [Int], isBulk: Bool = false
  ) async -> CacheReply? {
    do {
      return try await send(operation, keys, isBulk: isBulk)
    } catch let error as CacheError where error.stage == id || error.code == .nextCalledTwice {
      list.add(
        error.code.description, expected: "an answer to a \(operation.name)",
        found: error.message)
    } catch {
      add("an answer to a \(operation.name)", "\(error)")
    }
    return nil
  }

  /// Reads, with what the rules look at.
  func read(_ keys: [Int], isBulk: Bool = false) async throws -> [Result] {
    let reply = try await send(.read, keys, isBulk: isBulk)
    return reply.results.map {
      Result(outcome: $0.outcome, value: $0.entry?.payload?.live(as: Int.self))
    }
  }

  // MARK: The source

  private var loader: Loader {
    .each { context in LivePayload(try await self.load([context])[0]) }
  }

  private var bulkLoader: Loader {
    .bulk { contexts in try await self.load(contexts).map { LivePayload($0) } }
  }

  private func load(_ contexts: [LoadContext]) async throws -> [Int] {
    let values = contexts.map { context in
      context.tags = ["check"]
      return value(number(context.key))
    }
    switch source.withLock({ $0 }) {
    case .answers: try await world.sleep(for: .milliseconds(1))
    case .fails: throw SourceFailure()
    case .hangs: try await world.sleep(for: .seconds(1_000_000))
    }
    return values
  }

  private func number(_ key: CacheKey) -> Int { Int(key.text.dropFirst("check:".count)) ?? -1 }

  // MARK: The end

  /// Nothing may be left once every call has been answered.
  func finish(after what: String = "the calls were answered") async {
    _ = await pipeline.shutdown(by: world.clock.now + .seconds(60))
    await world.settle()
    // The probes remember replies, and with them leases.
    outer.forget()
    inner.forget()
    let leases = pipeline.context.ledger.heldLeases
    let remains = world.remains + (leases > 0 ? ["\(leases) leases"] : [])
    if !remains.isEmpty {
      list.add(
        "nothing-left-behind", expected: "nothing left after \(what)",
        found: remains.joined(separator: ", "))
    }
  }
}
