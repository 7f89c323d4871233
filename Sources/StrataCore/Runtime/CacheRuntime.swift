// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The only doors to the outside world: clock, random, tasks, disk, network, environment, reports.
///
/// Every stage, store and codec gets a runtime and reaches the world through nothing else. Replace
/// the doors by virtual, seeded ones (`StrataTesting` does) and a whole run replays from one seed.
public final class CacheRuntime: Sendable {
  /// Time and timers.
  public let clock: any CacheClock
  /// Random numbers.
  public let random: any CacheRandom
  /// Where concurrent work starts.
  public let tasks: any TaskSpawner
  /// Files; `nil` where the process may not touch a disk.
  public let disk: (any Disk)?
  /// Sockets; `nil` where the process may not touch a network.
  public let network: (any NetworkDoor)?
  /// Where diagnostics go.
  public let reporter: any CacheReporter
  /// The seed of every key hash in this process, so that nobody outside can aim at one slot.
  public let hashSeed: UInt64

  /// Creates a runtime from its doors.
  public init(
    clock: any CacheClock, random: any CacheRandom, tasks: any TaskSpawner,
    disk: (any Disk)? = nil, network: (any NetworkDoor)? = nil, reporter: any CacheReporter
  ) {
    self.clock = clock
    self.random = random
    self.tasks = tasks
    self.disk = disk
    self.network = network
    self.reporter = reporter
    hashSeed = random.next()
  }

  /// Runs `work`, which blocks its thread, such as a call into a C library that waits for a disk or
  /// a server, and returns its result. It cannot be cancelled: give it a time limit of its own.
  public func blocking<Value: Sendable>(
    _ label: StaticString, _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withUnsafeThrowingContinuation { continuation in
      tasks.runBlocking(label) { continuation.resume(with: Result { try work() }) }
    }
  }

  /// The moment by the precise clock.
  public var now: Timestamp { clock.now }
}
