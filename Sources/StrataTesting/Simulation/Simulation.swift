// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A world in which time, chance and scheduling follow from one seed.
///
/// ```swift
/// try Simulation(seed: 7).run { world in
///   let cache = …(runtime: world.runtime)
///   try await world.sleep(for: .seconds(30))   // virtual: takes no time
/// }
/// ```
///
/// Time moves only when every task waits, and then to the next timer. A world in which nothing can
/// ever happen again before its body has returned is a deadlock, and fails with the seed.
public final class Simulation: Sendable {
  /// The seed that this world follows from.
  public let seed: UInt64
  /// The runtime to build caches with.
  public let runtime: CacheRuntime
  /// The world's clock.
  public let clock: VirtualClock
  /// What was reported.
  public let reports: RecordingReporter
  private let executor: SeededExecutor
  private let spawner: SimulatedSpawner

  /// Creates a world. `disk` and `network` are what the runtime offers of them.
  public init(
    seed: UInt64, disk: (any Disk)? = nil, network: (any NetworkDoor)? = nil
  ) {
    self.seed = seed
    clock = VirtualClock()
    reports = RecordingReporter()
    executor = SeededExecutor(random: SeededRandom(seed: seed ^ 0x5EED))
    spawner = SimulatedSpawner(executor: executor)
    runtime = CacheRuntime(
      clock: clock, random: SeededRandom(seed: seed), tasks: spawner, disk: disk, network: network,
      reporter: reports)
  }

  /// Runs `body` to its end and returns its result.
  ///
  /// Call it from synchronous code or from a test; it occupies the thread until the world has
  /// ended.
  @discardableResult
  public func run<Value: Sendable>(
    _ body: @escaping @Sendable (Simulation) async throws -> Value
  ) throws -> Value {
    let outcome = Lock<Result<Value, any Error>?>(nil)
    spawner.spawn("simulation") {
      do {
        let value = try await body(self)
        outcome.withLock { $0 = .success(value) }
      } catch {
        outcome.withLock { $0 = .failure(error) }
      }
    }
    while outcome.withLock({ $0 == nil }) {
      if executor.step() || clock.fireNext(until: .distantFuture) { continue }
      throw SimulationDeadlock(seed: seed, running: spawner.running)
    }
    guard let result = outcome.withLock({ $0 }) else {
      throw SimulationDeadlock(seed: seed, running: spawner.running)
    }
    return try result.get()
  }

  /// Lets everything that can happen without time passing happen, then continues.
  public func settle() async { try? await clock.sleep(until: clock.now) }

  /// Waits in virtual time.
  public func sleep(for duration: Duration) async throws {
    try await clock.sleep(for: duration)
  }

  /// Starts concurrent work in this world.
  @discardableResult
  public func spawn(_ operation: @escaping @Sendable () async -> Void) -> any SpawnedTask {
    spawner.spawn("test", operation)
  }

  /// How many steps this world has gone: each is the run of one task to its next suspension.
  public var steps: Int { executor.steps }

  /// Calls `action` between two steps, just before step `number` (as ``steps`` counts them).
  ///
  /// How a test reaches every suspension point: run once to count the steps, then once for each
  /// step with something happening there, such as a cancellation.
  public func atStep(_ number: Int, _ action: @escaping @Sendable () -> Void) {
    executor.atStep(number, action)
  }

  /// How many tasks are running, the body's own included.
  public var runningTasks: Int { spawner.running }

  /// A number that is the same for two runs that went the same way.
  public var trace: UInt64 { executor.trace }
}

/// Nothing in a simulation can ever happen again, and its body has not returned.
public struct SimulationDeadlock: Error, CustomStringConvertible {
  /// The seed of the world.
  public let seed: UInt64
  /// How many tasks wait for something that cannot come.
  public let running: Int

  /// What happened and how to see it again.
  public var description: String {
    "the simulation with seed \(seed) is stuck: \(running) tasks wait and no timer is pending"
  }
}
