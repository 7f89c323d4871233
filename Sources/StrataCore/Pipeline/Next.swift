// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The rest of the pipeline, seen from one stage: call it with a request to get the reply.
///
/// A concrete type with `callAsFunction` rather than a closure, so that a stage conforms whatever
/// concurrency flags its package is built with.
public struct Next: Sendable {
  private let node: Node

  init(_ node: Node) { self.node = node }

  /// Passes the request on.
  ///
  /// It stays on the caller's executor: six stages would otherwise ask twelve times whether to
  /// leave it.
  public nonisolated(nonsending) func callAsFunction(_ request: CacheRequest) async throws
    -> CacheReply
  {
    if let end = node.end { return try await end.respond(to: request) }
    guard request.passage.enter(node.position) else { throw node.calledTwice() }
    let reply: CacheReply
    do {
      reply = try await node.stage.respond(to: request, next: node.next)
    } catch {
      request.passage.leave(node.position)
      throw node.attributed(error)
    }
    request.passage.leave(node.position)
    guard reply.results.count == request.keys.count else {
      throw node.wrongCount(request, reply)
    }
    return reply
  }
}

/// One place of the pipeline: wraps the failures of its stage, once, and checks that it keeps the
/// contract.
final class Node: Sendable {
  /// What is behind the last stage; such a node has no stage of its own.
  let end: LoaderEnd?
  /// Not optional, because unwrapping would copy it on every request (`NB:` Swift 6.3.1).
  let stage: any CacheStage
  let id: StageID
  let position: Int
  private let rest: Node?
  private let cache: String

  init(stage: any CacheStage, position: Int, cache: String, rest: Node) {
    end = nil
    self.stage = stage
    self.position = position
    self.rest = rest
    self.cache = cache
    id = type(of: stage).id
  }

  init(end: LoaderEnd, cache: String) {
    self.end = end
    stage = Nobody()
    position = end.position
    rest = nil
    self.cache = cache
    id = "loader"
  }

  /// The rest of the pipeline, seen from here.
  var next: Next { Next(rest ?? self) }

  /// The error with this stage's name on it, unless it bears another's or is a cancellation.
  func attributed(_ error: any Error) -> any Error {
    if error is CancellationError { return error }
    guard var known = error as? CacheError else {
      var wrapped = CacheError(.stageFailed, "Stage '\(id)' threw.", stage: id, underlying: error)
      (wrapped.position, wrapped.cache) = (position, cache)
      return wrapped
    }
    if known.stage == nil { (known.stage, known.position) = (id, position) }
    if known.position == nil, known.stage == id { known.position = position }
    if known.cache == nil { known.cache = cache }
    return known
  }

  /// The request came here for the second time: the stage outside is to blame.
  func calledTwice() -> CacheError {
    CacheError(
      .nextCalledTwice,
      "A stage called next twice with one request; pass on request.again() to ask again.")
  }

  func wrongCount(_ request: CacheRequest, _ reply: CacheReply) -> CacheError {
    var error = CacheError(
      .wrongReply,
      "Stage '\(id)' answered \(reply.results.count) results to \(request.keys.count) keys.",
      stage: id)
    (error.position, error.cache) = (position, cache)
    return error
  }
}

/// Stands where no stage is.
private struct Nobody: CacheStage {
  static let id: StageID = "nobody"
  init() {}
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {}
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await next(request)
  }
}
