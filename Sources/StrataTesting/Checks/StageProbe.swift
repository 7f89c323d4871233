// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A stage that passes everything on and remembers what went by: one stands outside of the stage
/// under test, one inside.
struct StageProbe: CacheStage {
  static let id: StageID = "probe"

  /// What went by: the request on its way in, the reply on its way out.
  struct Passing: Sendable {
    var operation: CacheOperation
    var keys: [CacheKey]
    var reply: CacheReply?
  }

  private final class Memory: Sendable {
    let passings = Lock<[Passing]>([])
    let failure = Lock<(any Error)?>(nil)
  }

  private let memory = Memory()

  init() {}
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}

  /// What went by so far.
  var passings: [Passing] { memory.passings.withLock { $0 } }

  /// Forgets what went by.
  func forget() { memory.passings.withLock { $0 = [] } }

  /// Throws this at every request from now on.
  func fail(with error: (any Error)?) { memory.failure.withLock { $0 = error } }

  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    let index = memory.passings.withLock { passings in
      passings.append(Passing(operation: request.operation, keys: Array(request.keys)))
      return passings.count - 1
    }
    if let failure = memory.failure.withLock({ $0 }) { throw failure }
    let reply = try await next(request)
    memory.passings.withLock { if index < $0.count { $0[index].reply = reply } }
    return reply
  }
}
