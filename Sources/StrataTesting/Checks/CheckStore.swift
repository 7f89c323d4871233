// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Puts a store through everything that the contract asks of stores, in virtual time.
///
/// ```swift
/// #expect(checkStore { runtime in MyStore(runtime: runtime) } == [])
/// ```
///
/// `make` is called for each rule, in a world of its own with a disk of its own from `disk`. Give
/// the store room for a thousand entries of 100 bytes and one of a MiB (or a limit that refuses
/// it).
public func checkStore(
  seed: UInt64 = 1, disk: @escaping @Sendable () -> (any Disk)? = { nil },
  _ make: @escaping @Sendable (CacheRuntime) throws -> any CacheStore
) -> [Finding] {
  var findings: [Finding] = []
  for rule in StoreRule.all {
    let world = Simulation(seed: seed, disk: disk())
    findings += rule.findings(in: world, make)
  }
  if !findings.isEmpty { return findings }
  for step in 1...StoreRule.mostSteps {
    let world = Simulation(seed: seed &+ UInt64(step), disk: disk())
    let (more, isOver) = StoreRule.cancel(at: step, in: world, make)
    if !more.isEmpty { return more }
    if isOver { break }
  }
  return []
}

/// Puts a store through the contract in a runtime of the caller's, such as a live one: for stores
/// that talk to a real server. Waits for expiries in real time, some tenths of a second.
///
/// Cancellation at every step needs a simulation and is left out here.
public func checkStore(
  on runtime: CacheRuntime, _ make: @escaping @Sendable (CacheRuntime) throws -> any CacheStore
) async -> [Finding] {
  var findings: [Finding] = []
  for rule in StoreRule.all {
    findings += await rule.findings(on: runtime, make)
  }
  return findings
}

/// A rule of the contract of stores, and how it is checked.
struct StoreRule: Sendable {
  let name: String
  let check: @Sendable (StoreBench) async throws -> Void

  static let mostSteps = 400

  static let all: [StoreRule] =
    [
      StoreRule(name: "one-answer-per-key") { try await $0.answersEachKey() },
      StoreRule(name: "round-trip") { try await $0.keepsWhatItIsGiven() },
      StoreRule(name: "batch-order") { try await $0.keepsTheOrderOfABatch() },
      StoreRule(name: "expiry") { try await $0.forgetsInTime() },
      StoreRule(name: "remove") { try await $0.removes() },
      StoreRule(name: "clear") { try await $0.clearsOneNamespace() },
      StoreRule(name: "set-if-newer") { try await $0.neverGoesBack() },
      StoreRule(name: "versions") { try await $0.ordersItsWriters() },
      StoreRule(name: "lease") { try await $0.heedsLeases() },
      StoreRule(name: "concurrency") { try await $0.standsConcurrency() },
      StoreRule(name: "fast-road") { try await $0.answersSynchronously() },
      StoreRule(name: "persistence") { try await $0.survivesReopening() },
      StoreRule(name: "close") { try await $0.throwsWhenClosed() },
    ]

  /// Checks the rule in a simulated world, where nothing may be left behind.
  func findings(
    in world: Simulation, _ make: @escaping @Sendable (CacheRuntime) throws -> any CacheStore
  ) -> [Finding] {
    do {
      return try world.run { world in
        let findings = await self.findings(on: world.runtime, make)
        await world.settle()
        return findings + leftovers(in: world, of: findings)
      }
    } catch {
      return [Finding(subject: "store", rule: name, expected: "an end", found: "\(error)")]
    }
  }

  private func leftovers(in world: Simulation, of findings: [Finding]) -> [Finding] {
    let remains = world.remains
    if remains.isEmpty { return [] }
    return [
      Finding(
        subject: findings.first?.subject ?? "store", rule: "close",
        expected: "nothing left behind by a closed store (after '\(name)')",
        found: remains.joined(separator: ", "))
    ]
  }

  func findings(
    on runtime: CacheRuntime, _ make: @escaping @Sendable (CacheRuntime) throws -> any CacheStore
  ) async -> [Finding] {
    do {
      let bench = try await StoreBench(rule: name, runtime, make)
      do {
        try await check(bench)
      } catch {
        bench.add("no failure", "\(error)")
      }
      await bench.store.close()
      return bench.findings
    } catch {
      return [
        Finding(
          subject: "store", rule: name, expected: "a store that can be made and opened",
          found: "\(error)")
      ]
    }
  }
}

extension Simulation {
  /// What still runs or waits beside the body; empty is right.
  var remains: [String] {
    var remains: [String] = []
    if runningTasks > 1 { remains.append("\(runningTasks - 1) tasks") }
    if clock.pendingTimers > 0 { remains.append("\(clock.pendingTimers) timers") }
    return remains
  }
}
