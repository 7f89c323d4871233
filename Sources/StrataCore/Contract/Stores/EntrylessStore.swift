// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A store that is declared among the stores of a plan for something else than keeping entries: a
/// bus, a queue, a sink.
///
/// A plan in which a tier names one is refused.
public protocol EntrylessStore: CacheStore {}

extension EntrylessStore {
  /// Finds nothing.
  public func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    keys.mapEach { _ in StoreRead(miss: .unavailable) }
  }
  /// Refuses every entry.
  public func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    writes.mapEach { _ in .refused(.full) }
  }
  /// Has nothing to remove.
  public func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    keys.mapEach { _ in nil }
  }
  /// Has nothing to clear.
  public func clear(_ namespace: String) async throws {}
}
