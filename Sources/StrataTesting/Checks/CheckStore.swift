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
    findings += rule.findings(in: world, make).filter { !findings.contains($0) }
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
  let list = FindingList("store")
  for rule in StoreRule.all { await rule.check(on: runtime, make, list) }
  return list.all
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
      StoreRule(name: "scan") { try await $0.listsItsKeys() },
      StoreRule(name: "persistence") { try await $0.survivesReopening() },
      StoreRule(name: "close") { try await $0.throwsWhenClosed() },
    ]

  /// Checks the rule in a simulated world, where nothing may be left behind.
  func findings(
    in world: Simulation, _ make: @escaping @Sendable (CacheRuntime) throws -> any CacheStore
  ) -> [Finding] {
    let list = FindingList("store")
    do {
      try world.run { world in
        await self.check(on: world.runtime, make, list)
        await world.settle()
        if world.remains.isEmpty { return }
        list.add(
          "close", expected: "nothing left behind by a closed store",
          found: "\(world.remains.joined(separator: ", ")) (after '\(name)')")
      }
    } catch {
      list.add(name, expected: "an end", found: "\(error)")
    }
    return list.all
  }

  /// Checks the rule in any runtime.
  func check(
    on runtime: CacheRuntime, _ make: @escaping @Sendable (CacheRuntime) throws -> any CacheStore,
    _ list: FindingList
  ) async {
    do {
      let bench = try await StoreBench(rule: name, runtime, list, make)
      do {
        try await check(bench)
      } catch {
        bench.add("no failure", "\(error)")
      }
      await bench.store.close()
    } catch {
      list.add(name, expected: "a store that can be made and opened", found: "\(error)")
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
