// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The loads that failed a moment ago, so that the source is left alone for their keys.
final class RememberedFailures: Sendable {
  private let memory = BriefMemory<any Error>()
  private let time: Duration
  private let context: CacheContext

  init(for time: Duration, context: CacheContext) {
    (self.time, self.context) = (time, context)
  }

  /// Forgets what a change is about; all of it, where that has no keys.
  func forget(_ request: CacheRequest) {
    switch request.operation {
    case .invalidate, .clear: memory.forgetAll()
    default: for key in request.keys { memory.forget(key) }
    }
  }

  /// The same loader, which fails again at once for what failed a moment ago.
  ///
  /// A refresh asks anyway: it is the caller's own wish, or behind a value that is there.
  func guarding(_ loader: Loader, _ request: CacheRequest) -> Loader {
    let isRefresh = request.options.refresh
    switch loader {
    case .each(let load):
      return .each { context in
        if !isRefresh, let error = self.known(context.key) { throw error }
        return try await self.noting([context]) { try await load(context) }
      }
    case .bulk(let load):
      return .bulk { contexts in
        try await self.loadMany(contexts, asking: isRefresh, load)
      }
    case .finished: return loader
    }
  }

  /// Asks for those that did not fail a moment ago.
  private func loadMany(
    _ contexts: [LoadContext], asking isAsked: Bool,
    _ load: @escaping @Sendable ([LoadContext]) async throws -> [Payload?]
  ) async throws -> [Payload?] {
    var open: [Int] = []
    for (index, context) in contexts.enumerated() {
      if !isAsked, let error = known(context.key) {
        context.reportFailure(error)
      } else {
        open.append(index)
      }
    }
    var payloads = [Payload?](repeating: nil, count: contexts.count)
    if open.isEmpty { return payloads }
    let asked = open.map { contexts[$0] }
    let loaded = try await noting(asked) { try await load(asked) }
    // A loader that answers for other keys than it was asked for is blamed further in.
    guard loaded.count == asked.count else { return loaded }
    for (index, payload) in zip(open, loaded) { payloads[index] = payload }
    return payloads
  }

  private func known(_ key: CacheKey) -> (any Error)? {
    memory.value(for: key, at: context.runtime.now)
  }

  /// Notes failures, thrown or reported, of keys that were not changed meanwhile.
  private func noting<Result>(
    _ contexts: [LoadContext], _ load: () async throws -> Result
  ) async throws -> Result {
    let leases = contexts.map { context.ledger.lease($0.key) }
    do {
      let result = try await load()
      for (load, lease) in zip(contexts, leases) {
        if case .failed(let error) = load.ended { note(error, load.key, lease) }
      }
      return result
    } catch {
      for (load, lease) in zip(contexts, leases) { note(error, load.key, lease) }
      throw error
    }
  }

  private func note(_ error: any Error, _ key: CacheKey, _ lease: Lease) {
    guard CacheError.isOfSource(error), lease.isValid else { return }
    let now = context.runtime.now
    memory.remember(error, of: key, until: now + time, now: now)
  }
}
