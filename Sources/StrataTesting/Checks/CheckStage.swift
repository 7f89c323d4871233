// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Puts a stage through everything that the contract asks of stages, in virtual time.
///
/// ```swift
/// #expect(checkStage(Audit.self, options: ["level": "info"]) == [])
/// ```
///
/// The stage is built anew for each rule, from `options` as its block. Where it names a store,
/// there are three: `memory` (a ``ReferenceStore``), `bytes` (a ``ReferenceByteStore``) and
/// `shared` (a ``ReferenceSharedStore``). Give a stage that writes files a `SimulatedDisk` from
/// `disk`, which is asked for each world.
public func checkStage<Stage: CacheStage>(
  _ type: Stage.Type, options: [String: String] = [:], seed: UInt64 = 1,
  disk: @escaping @Sendable () -> (any Disk)? = { nil }
) -> [Finding] {
  var registry = Registry()
  do throws(RegistryError) {
    try registry.register(type)
  } catch {
    return [
      Finding(
        subject: "stage '\(Stage.id)'", rule: "declaration",
        expected: "a stage that can be registered", found: error.description)
    ]
  }
  return checkStage(seed: seed, disk: disk) { context, stores in
    let block = OptionBlock.written(options)
    let problems = block.problems(Stage.options)
    if !problems.isEmpty { throw ConfigurationError(problems) }
    let options = StageOptions(block: block, cache: context, stores: stores)
    return try Stage(options: options, runtime: context.runtime)
  }
}

/// Puts a stage that `make` builds in code through everything that the contract asks of stages.
public func checkStage(
  seed: UInt64 = 1, disk: @escaping @Sendable () -> (any Disk)? = { nil },
  _ make:
    @escaping @Sendable (CacheContext, [String: any CacheStore]) throws
    -> any CacheStage
) -> [Finding] {
  var findings: [Finding] = []
  for rule in StageRule.all {
    let (more, _) = rule.findings(in: Simulation(seed: seed, disk: disk()), make)
    findings += more
  }
  findings += StageRule.replayFindings(seed: seed, disk: disk, make)
  // Thousands of runs, which say something only about a stage that keeps the rules undisturbed.
  if !findings.isEmpty { return findings }
  for operation in StageBench.operations {
    for step in 1...StageRule.mostSteps {
      let world = Simulation(seed: seed &+ UInt64(step), disk: disk())
      let (more, isOver) = StageRule.cancel(operation, at: step, in: world, make)
      if !more.isEmpty { return more }
      if isOver { break }
    }
  }
  return []
}

/// A rule of the contract of stages, and how it is checked.
struct StageRule: Sendable {
  typealias Make =
    @Sendable (CacheContext, [String: any CacheStore]) throws
    -> any CacheStage

  let name: String
  let check: @Sendable (StageBench) async throws -> Void

  static let mostSteps = 400

  static let all: [StageRule] = [
    StageRule(name: "one-result-per-key") { await $0.answersEachKey() },
    StageRule(name: "changes-passed-on") { await $0.passesChangesOn() },
    StageRule(name: "batch-order") { await $0.keepsTheOrderOfABatch() },
    StageRule(name: "batch-kept-whole") { await $0.keepsABatchWhole() },
    StageRule(name: "lease-kept") { await $0.keepsLeases() },
    StageRule(name: "invalidation") { await $0.forgetsWhatIsInvalidated() },
    StageRule(name: "loader-failure") { await $0.reportsFailedLoads() },
    StageRule(name: "error-naming") { await $0.leavesOthersTheirBlame() },
    StageRule(name: "deadline") { await $0.heedsDeadlines() },
    StageRule(name: "concurrency") { await $0.standsConcurrency() },
    StageRule(name: "re-entrancy") { await $0.standsReentrancy() },
    StageRule(name: "shutdown") { await $0.shutsDown() },
  ]

  /// Checks the rule in a world, where nothing may be left behind; with the trace of the run.
  func findings(
    in world: Simulation, _ make: @escaping Make
  ) -> (findings: [Finding], trace: UInt64) {
    do {
      let findings = try world.run { world in
        let bench = try StageBench(rule: name, world, make)
        try await check(bench)
        await bench.finish()
        return bench.findings
      }
      return (findings, world.trace)
    } catch {
      let finding = Finding(
        subject: "stage", rule: name, expected: "a stage that can be made and run",
        found: "\(error)")
      return ([finding], world.trace)
    }
  }

  /// The same seed must give the same run.
  static func replayFindings(
    seed: UInt64, disk: @Sendable () -> (any Disk)?, _ make: @escaping Make
  ) -> [Finding] {
    let rule = StageRule(name: "replay") { await $0.standsConcurrency() }
    let first = rule.findings(in: Simulation(seed: seed, disk: disk()), make)
    let second = rule.findings(in: Simulation(seed: seed, disk: disk()), make)
    guard first.findings.isEmpty, first.trace != second.trace else { return [] }
    return [
      Finding(
        subject: "stage", rule: rule.name,
        expected: "the same run from the same seed, time and chance through the runtime only",
        found: "two runs that differ")
    ]
  }

  /// Cancels one call at one of its steps, beside another that is not cancelled.
  static func cancel(
    _ operation: CacheOperation, at step: Int, in world: Simulation, _ make: @escaping Make
  ) -> (findings: [Finding], isOver: Bool) {
    let isOver = Lock(true)
    let rule = StageRule(name: "cancellation") { bench in
      let isDone = Lock(false)
      let call = world.spawn {
        _ = try? await bench.send(operation, [1])
        isDone.withLock { $0 = true }
      }
      let other = world.spawn {
        let value = (try? await bench.read([1]).first?.value) ?? nil
        bench.expect(
          value == bench.value(1), "an answer for a caller beside one that is cancelled",
          "\(value.map { "\($0)" } ?? "a failure") (\(operation.name), step \(step))")
      }
      world.atStep(world.steps + step) {
        let wasDone = isDone.withLock { $0 }
        isOver.withLock { $0 = wasDone }
        call.cancel()
      }
      await call.wait()
      await other.wait()
      await bench.finish(after: "a \(operation.name) cancelled at step \(step)")
    }
    return (rule.findings(in: world, make).findings, isOver.withLock { $0 })
  }
}
