// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
public import StrataNetwork

/// The way of one command through a fleet: what to do after each error, for a bounded number of
/// times.
///
/// A command that a server refused has not run, so it may go elsewhere even if it may not run
/// twice. What was lost on its way is never sent again here: the connection has done what may be
/// done.
public struct RESPItinerary: Sendable, Hashable {
  /// What comes next.
  public enum Step: Sendable, Hashable {
    /// The error is the result.
    case fail
    /// To where the slot is, which is to be remembered.
    case move(slot: Int, Endpoint)
    /// To that server, for this once, with `ASKING` before it.
    case ask(Endpoint)
    /// To the same server after a pause.
    case pause
    /// To whoever holds the slot once that has been found out anew.
    case survey
    /// To a copy, the server itself being out of reach.
    case replica
  }

  /// How often a command is sent to another place, or again, at most.
  public static let limit = 6

  /// Whether a copy may answer, where the server itself does not.
  public let mayUseReplica: Bool
  private var steps = 0
  private var hasTriedReplica = false

  /// The beginning of a way.
  public init(mayUseReplica: Bool = false) { self.mayUseReplica = mayUseReplica }

  /// What to do after `error`, which came from the server at `asked`.
  public mutating func step(after error: RESPClientError, asked: Endpoint) -> Step {
    steps += 1
    guard steps <= Self.limit else { return .fail }
    switch error {
    case .server(let refusal): return step(after: refusal, asked)
    case .unavailable, .lost, .timedOut:
      guard mayUseReplica, !hasTriedReplica else { return .fail }
      hasTriedReplica = true
      return .replica
    // A server that has left the fleet between being chosen and being asked.
    case .closed: return .survey
    default: return .fail
    }
  }

  private func step(after error: RESPError, _ asked: Endpoint) -> Step {
    switch RESPRedirection(error, asked: asked) {
    case .moved(let slot, let endpoint): return .move(slot: slot, endpoint)
    case .ask(_, let endpoint): return .ask(endpoint)
    case nil: break
    }
    return switch error.code {
    case "TRYAGAIN": .pause
    case "CLUSTERDOWN", "READONLY", "MASTERDOWN": .survey
    default: .fail
    }
  }
}
