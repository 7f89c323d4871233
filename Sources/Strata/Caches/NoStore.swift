// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The store of a road without a fast one: has nothing and takes nothing.
///
/// An optional store would be retained and released around every hit (`NB:` Swift 6.3.1); one that
/// is always there is borrowed.
final class NoStore: FastStore {
  static let kind: PluginID = "none"
  static let capabilities: StoreCapabilities = []
  static let shared = NoStore()

  private init() {}
  init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {}

  func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    keys.mapEach { _ in StoreRead(miss: .unavailable) }
  }

  func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    writes.mapEach { _ in .refused(.full) }
  }

  func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> { keys.mapEach { _ in nil } }
  func clear(_ namespace: String) async throws {}
  func peek(_ key: KeyView, _ body: (Unmanaged<Payload>?, Timestamp, UInt64) -> Void) {}
  func lookup(_ key: CacheKey) -> (entry: Entry, epoch: UInt64)? { nil }
  func missReason(for key: CacheKey) -> MissReason { .unavailable }
  func confirm(_ key: CacheKey, version: Version, epoch: UInt64) {}
  func adjust(_ key: CacheKey, version: Version, _ change: (inout Entry) -> Void) -> Bool { false }
}
