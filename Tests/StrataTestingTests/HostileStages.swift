// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A stage that does what its closure does: how the tests below break the contract in one line.
protocol HostileStage: CacheStage {}

extension HostileStage {
  static var id: StageID { "hostile" }
}

/// Answers by itself and passes nothing on.
struct NeverCallsNext: HostileStage {
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    CacheReply(request.keys.mapEach { _ in KeyReply(.done) })
  }
}

/// Passes the same request on twice.
struct CallsNextTwice: HostileStage {
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    _ = try await next(request)
    return try await next(request)
  }
}

/// Throws an error of its own.
struct Throws: HostileStage {
  struct Tantrum: Error {}
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    throw Tantrum()
  }
}

/// Never answers, whatever the deadline, and hears no cancellation.
struct Hangs: HostileStage {
  let runtime: CacheRuntime
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    self.runtime = runtime
  }
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    await withUnsafeContinuation { continuation in
      _ = runtime.clock.schedule(at: runtime.now + .seconds(100_000)) { continuation.resume() }
    }
    return try await next(request)
  }
}

/// Answers with one result too few.
struct DropsOne: HostileStage {
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    CacheReply(Batch(try await next(request).results.dropLast()))
  }
}

/// Answers in reverse.
struct Reverses: HostileStage {
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    CacheReply(Batch(try await next(request).results.reversed()))
  }
}

/// Passes a batch on key by key.
struct Splits: HostileStage {
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    if request.keys.count < 2 { return try await next(request) }
    var results: [KeyReply] = []
    for position in request.keys.indices {
      results.append(try await next(request.narrowed(to: [position])).first)
    }
    return CacheReply(Batch(results))
  }
}

/// Keeps removals to itself.
struct SwallowsRemovals: HostileStage {
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard case .remove = request.operation else { return try await next(request) }
    return CacheReply(request.keys.mapEach { _ in KeyReply(.done) })
  }
}

/// Forgets the lease of what was loaded.
struct LosesLeases: HostileStage {
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    var reply = try await next(request)
    for index in reply.results.indices { reply.results[index].lease = nil }
    return reply
  }
}

/// Remembers values by itself and hears of no invalidation.
final class RemembersForever: HostileStage {
  let known = Lock<[CacheKey: KeyReply]>([:])
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard case .read = request.operation, request.keys.count == 1 else {
      return try await next(request)
    }
    let key = request.keys[0]
    if let reply = known.withLock({ $0[key] }) { return CacheReply(reply) }
    var reply = try await next(request)
    reply.results[0].lease = nil
    let first = reply.first
    known.withLock { $0[key] = first }
    return reply
  }
}

/// Starts work and forgets it.
struct LeavesWork: HostileStage {
  let runtime: CacheRuntime
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    self.runtime = runtime
  }
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    let runtime = runtime
    runtime.tasks.spawn("forgotten") { try? await runtime.clock.sleep(for: .seconds(100_000)) }
    return try await next(request)
  }
}

/// Makes a value of a failed load.
struct HidesFailures: HostileStage {
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    var reply = try await next(request)
    for index in reply.results.indices {
      if case .failed = reply.results[index].outcome { reply.results[index].outcome = .loaded }
    }
    return reply
  }
}

/// Lets one caller in for each key, and nobody any more once that one was cancelled.
final class LosesItsPlace: HostileStage {
  let busy = Lock<Set<CacheKey>>([])
  let runtime: CacheRuntime
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    self.runtime = runtime
  }
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    guard let key = request.keys.first else { return try await next(request) }
    while !busy.withLock({ $0.insert(key).inserted }) {
      try await runtime.clock.sleep(for: .milliseconds(50))
    }
    let reply = try await next(request)
    busy.withLock { _ = $0.remove(key) }
    return reply
  }
}

/// Works on when it is told to stop.
struct IgnoresShutdown: HostileStage {
  let runtime: CacheRuntime
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    self.runtime = runtime
  }
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await next(request)
  }
  func run() async throws {
    await withUnsafeContinuation { continuation in
      _ = runtime.clock.schedule(at: runtime.now + .seconds(100_000)) { continuation.resume() }
    }
  }
}

/// Has a name that no file could write.
struct Misnamed: CacheStage {
  static let id: StageID = "Not A Name"
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await next(request)
  }
}
