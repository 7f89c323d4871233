// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A breaker at work: runs calls by the rules, with time and chance from the runtime.
final class Breaker: StoreGate {
  private let state: Lock<BreakerStateMachine>
  private let slow: Duration?
  private let guarded: String
  private let cache: CacheContext

  init(_ rules: BreakerRules, guarding guarded: String, cache: CacheContext) {
    state = Lock(BreakerStateMachine(rules))
    slow = rules.slow
    self.guarded = guarded
    self.cache = cache
  }

  var isOpen: Bool { state.withLock { !$0.isClosed } }

  // MARK: Store

  func run<Result: Sendable>(
    _ use: StoreUse, _ operation: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    guard let pass = admit() else {
      if use == .change { return try await operation() }
      throw refusal(nil)
    }
    return try await judged(pass) { (try await operation(), true) }
  }

  // MARK: Source

  /// The same loader, guarded.
  func guarding(_ loader: Loader) -> Loader {
    switch loader {
    case .each(let load):
      return .each { context in
        guard let pass = self.admit() else { throw self.refusal(context.key) }
        return try await self.judged(pass) {
          (try await load(context), !Self.hasFailed([context]))
        }
      }
    case .bulk(let load):
      return .bulk { contexts in
        guard let pass = self.admit() else { throw self.refusal(nil) }
        return try await self.judged(pass) {
          (try await load(contexts), !Self.hasFailed(contexts))
        }
      }
    case .finished: return loader
    }
  }

  /// Whether the loader reported a failure, for all that it was asked for.
  private static func hasFailed(_ contexts: [LoadContext]) -> Bool {
    contexts.allSatisfy { if case .failed = $0.ended { true } else { false } }
  }

  // MARK: Both

  private func admit() -> BreakerStateMachine.Pass? {
    let now = cache.runtime.now
    return state.withLock { $0.admit(at: now) }
  }

  private func refusal(_ key: CacheKey?) -> CacheError {
    CacheError(
      .breakerOpen, "The \(guarded) has failed too often and is left alone for now.",
      key: key?.digest)
  }

  /// Runs a call that returns its result and whether that is a good one.
  private func judged<Result: Sendable>(
    _ pass: BreakerStateMachine.Pass, _ call: () async throws -> (Result, Bool)
  ) async throws -> Result {
    let began = cache.runtime.now
    do {
      let (result, isGood) = try await call()
      let isSlow = slow.map { cache.runtime.now - began > $0 } ?? false
      end(pass, isGood && !isSlow ? .succeeded : .failed)
      return result
    } catch {
      end(pass, Self.verdict(on: error))
      throw error
    }
  }

  private static func verdict(on error: any Error) -> BreakerStateMachine.Verdict {
    if error is LoadSignal { return .succeeded }
    if error is CancellationError { return .abandoned }
    // Refused further in: whoever is guarded was not asked.
    guard let known = error as? CacheError else { return .failed }
    return known.code == .overloaded || known.code == .breakerOpen ? .abandoned : .failed
  }

  private func end(_ pass: BreakerStateMachine.Pass, _ verdict: BreakerStateMachine.Verdict) {
    let (now, random) = (cache.runtime.now, cache.runtime.random)
    let change = state.withLock { $0.end(pass, verdict, at: now, chance: { random.unit() }) }
    switch change {
    case .opened(let time):
      cache.report(
        .warning, "breaker opened", source: CircuitBreaker.id.name,
        details: [("guards", guarded), ("for", DurationText.text(for: time))])
    case .closed:
      cache.report(
        .info, "breaker closed", source: CircuitBreaker.id.name, details: [("guards", guarded)])
    case nil: break
    }
  }
}
