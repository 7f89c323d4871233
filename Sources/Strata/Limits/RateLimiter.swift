// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Says whether something may happen now, for each subject by itself, over any store.
///
/// ```swift
/// let logins = try strata.limiter("login", in: "redis", .slidingLog(5, per: .seconds(60)))
/// let decision = try await logins.take(address)
/// guard decision.isAllowed else { throw TooMany(retryAfter: decision.retryAfter) }
/// ```
///
/// Over a store that nodes share the limit holds for all of them together, by the clock of whoever
/// asks: nodes whose clocks differ by more than a fraction of the window see windows of their own.
public struct RateLimiter: Sendable {
  /// What becomes of a question that the store cannot answer.
  public enum Failure: Sendable {
    /// It is allowed: the limit is for comfort, and the service goes on without it.
    case allow
    /// It is refused: the limit is for safety.
    case refuse
    /// The error is thrown.
    case fail
  }

  private let records: RecordStore<LimiterState>
  private let limit: RateLimit
  private let onFailure: Failure
  private let runtime: CacheRuntime

  /// Creates a limiter called `name` over a store. Limiters of one name share their counts.
  public init(
    _ name: String, in store: any CacheStore, _ limit: RateLimit, onFailure: Failure = .fail,
    format: any PayloadCodec, runtime: CacheRuntime
  ) {
    records = RecordStore("limit-\(name)", in: store, format: format, runtime: runtime)
    self.limit = limit
    self.onFailure = onFailure
    self.runtime = runtime
  }

  /// Asks for `cost` on behalf of `subject`; what is allowed is taken.
  public func take(_ subject: String, cost: Int = 1) async throws -> RateDecision {
    let cost = max(0, cost)
    do {
      return try await records.update(subject) { known in
        var state = known ?? LimiterState()
        let decision = state.take(cost, of: limit, at: runtime.now)
        // A refusal changes nothing, so whoever is refused costs the store one read.
        guard decision.isAllowed else { return (.leave, decision) }
        return (.keep(state, for: LimiterState.lifetime(of: limit)), decision)
      }
    } catch {
      if error is CancellationError { throw error }
      switch onFailure {
      case .allow: return .allowed(remaining: 0)
      case .refuse: return .refused(remaining: 0, retryAfter: .seconds(1))
      case .fail: throw error
      }
    }
  }

  /// Forgets what a subject has taken.
  public func reset(_ subject: String) async throws { try await records.remove(subject) }
}
