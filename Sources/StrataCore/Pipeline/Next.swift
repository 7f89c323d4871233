// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The rest of the pipeline, seen from one stage: call it with a request to get the reply.
///
/// A concrete type with `callAsFunction` rather than a closure, so that a stage conforms whatever
/// concurrency flags its package is built with.
public struct Next: Sendable {
  private let node: Node?
  private let end: LoaderEnd

  init(node: Node?, end: LoaderEnd) {
    self.node = node
    self.end = end
  }

  /// Passes the request on.
  public func callAsFunction(_ request: CacheRequest) async throws -> CacheReply {
    guard let node else { return try await end.respond(to: request) }
    return try await node.respond(to: request)
  }
}

/// One stage in its place: wraps its failures, once, and checks that it keeps the contract.
final class Node: Sendable {
  let stage: any CacheStage
  let id: StageID
  let position: Int
  let next: Next
  private let cache: String

  init(stage: any CacheStage, position: Int, cache: String, next: Next) {
    self.stage = stage
    self.position = position
    self.cache = cache
    self.next = next
    id = type(of: stage).id
  }

  func respond(to request: CacheRequest) async throws -> CacheReply {
    guard request.passage.enter(position) else { throw calledTwice() }
    let reply: CacheReply
    do {
      reply = try await stage.respond(to: request, next: next)
    } catch {
      request.passage.leave(position)
      throw attributed(error)
    }
    request.passage.leave(position)
    guard reply.results.count == request.keys.count else { throw wrongCount(request, reply) }
    return reply
  }

  /// The error with this stage's name on it, unless it bears another's or is a cancellation.
  private func attributed(_ error: any Error) -> any Error {
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
  private func calledTwice() -> CacheError {
    CacheError(
      .nextCalledTwice,
      "A stage called next twice with one request; pass on request.again() to ask again.")
  }

  private func wrongCount(_ request: CacheRequest, _ reply: CacheReply) -> CacheError {
    var error = CacheError(
      .wrongReply,
      "Stage '\(id)' answered \(reply.results.count) results to \(request.keys.count) keys.",
      stage: id)
    (error.position, error.cache) = (position, cache)
    return error
  }
}
