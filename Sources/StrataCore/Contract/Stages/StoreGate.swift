// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Stands around the operations of one tier on its store: a breaker, a limit, a meter.
///
/// A tier absorbs what goes wrong with its store, so a stage further out cannot see it in replies.
/// A stage that has to puts a gate on the request; the next tier further in takes it off and runs
/// its operations through it.
public protocol StoreGate: Sendable {
  /// The gate to use before this store; default this one. A gate that several caches share for each
  /// store, such as a breaker, finds it here.
  func standing(before store: any CacheStore) -> any StoreGate

  /// Runs an operation on the store, or throws without running it. What is thrown counts as a
  /// failure of the store; a ``CacheError`` with `.breakerOpen` does too, and is not reported.
  func run<Result: Sendable>(
    _ use: StoreUse, _ operation: @escaping @Sendable () async throws -> Result
  ) async throws -> Result
}

extension StoreGate {
  /// This one.
  public func standing(before store: any CacheStore) -> any StoreGate { self }
}

/// What a tier uses its store for.
public enum StoreUse: Sendable, Hashable {
  /// Looks something up. Left out, it is a miss.
  case read
  /// Stores what was loaded. Left out, it will be loaded again.
  case fill
  /// Carries out a change of the caller's. Left out, an old value may come back.
  case change
}
