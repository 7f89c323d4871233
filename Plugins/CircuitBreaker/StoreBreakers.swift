// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The breakers of all stores of a plan: one for each store and set of rules, whichever caches use
/// it, so that what one cache learns spares the others.
final class BreakerTable: Sendable {
  private struct Row {
    weak var store: (any CacheStore)?
    var rules: BreakerRules
    var breaker: Breaker
  }

  private let rows = Lock<[Row]>([])

  /// The breaker of `store` by `rules`, made by `make` where there is none yet.
  ///
  /// A few rows: a plan has few stores, and those that are gone go with the next new one.
  func breaker(
    of store: any CacheStore, _ rules: BreakerRules, _ make: () -> Breaker
  ) -> Breaker {
    rows.withLock { rows in
      if let row = rows.first(where: { $0.store === store && $0.rules == rules }) {
        return row.breaker
      }
      rows.removeAll { $0.store == nil }
      let made = make()
      rows.append(Row(store: store, rules: rules, breaker: made))
      return made
    }
  }
}

/// The gate of one stage: hands each store's operations to that store's breaker.
final class StoreBreakers: StoreGate {
  private let rules: BreakerRules
  private let cache: CacheContext
  private let current: Lock<Breaker>

  init(_ rules: BreakerRules, cache: CacheContext) {
    (self.rules, self.cache) = (rules, cache)
    current = Lock(Breaker(rules, guarding: "store", cache: cache))
  }

  /// Whether the store that was used last is left alone.
  var isOpen: Bool { current.withLock { $0 }.isOpen }

  func standing(before store: any CacheStore) -> any StoreGate {
    let (rules, cache) = (rules, cache)
    let breaker = cache.shared.object { BreakerTable() }.breaker(of: store, rules) {
      Breaker(rules, guarding: "store", cache: cache)
    }
    current.withLock { $0 = breaker }
    return breaker
  }

  /// For a tier that does not say what its store is.
  func run<Result: Sendable>(
    _ use: StoreUse, _ operation: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await current.withLock { $0 }.run(use, operation)
  }
}
