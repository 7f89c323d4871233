// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting

/// How a store breaks the contract.
enum Mischief: String, CaseIterable, Sendable {
  case forgetsLeases, forgetsVersions, returnsExpired, reordersBatches, dropsAnswers
  case keepsRemoved, clearsEverything, clearsByPrefixAlone, mixesKeys, opensForever
  case loosesBytes, throwsOnMiss, diesOfCancellation

  /// The rule that must be found broken.
  var rule: String {
    switch self {
    case .forgetsLeases: "lease"
    case .forgetsVersions: "set-if-newer"
    case .returnsExpired: "expiry"
    case .reordersBatches: "batch-order"
    case .dropsAnswers: "one-answer-per-key"
    case .keepsRemoved: "remove"
    case .clearsEverything, .clearsByPrefixAlone: "clear"
    case .mixesKeys, .loosesBytes: "round-trip"
    case .opensForever: "close"
    case .throwsOnMiss: "one-answer-per-key"
    case .diesOfCancellation: "cancellation"
    }
  }
}

/// A store of bytes that is right but for one thing.
final class HostileStore: CacheStore {
  static let kind: PluginID = "hostile"
  static let capabilities: StoreCapabilities = []

  struct Miss: Error {}

  private let wrapped: ReferenceByteStore
  private let runtime: CacheRuntime
  private let mischief: Mischief
  private let isDead = Lock(false)

  init(_ mischief: Mischief, runtime: CacheRuntime) {
    (self.mischief, self.runtime) = (mischief, runtime)
    wrapped = ReferenceByteStore(runtime: runtime)
  }

  init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    (mischief, self.runtime) = (.mixesKeys, runtime)
    wrapped = ReferenceByteStore(runtime: runtime)
  }

  func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead> {
    if isDead.withLock({ $0 }) { throw Miss() }
    var reads = try await wrapped.get(Batch(keys.map(mixed)))
    switch mischief {
    case .throwsOnMiss: if reads.contains(where: { $0.content == nil }) { throw Miss() }
    case .reordersBatches: reads = Batch(reads.reversed())
    case .dropsAnswers: reads = Batch(reads.prefix(1))
    default: break
    }
    return reads
  }

  func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten> {
    if mischief == .diesOfCancellation {
      do {
        try await runtime.clock.sleep(for: .milliseconds(1))
      } catch {
        isDead.withLock { $0 = true }
        throw error
      }
    }
    return try await wrapped.set(Batch(writes.map(spoiled)))
  }

  private func spoiled(_ write: StoreWrite) -> StoreWrite {
    var write = write
    write.key = mixed(write.key)
    switch mischief {
    case .forgetsLeases: write.lease = nil
    case .forgetsVersions: write.version = Version(issuer: 0, number: .max)
    case .returnsExpired: write.expiresAt = .distantFuture
    case .loosesBytes:
      if case .sealed(let bytes) = write.content {
        write.content = .sealed(Array(bytes.prefix(3000)))
      }
    default: break
    }
    return write
  }

  /// Keys are known by their first bytes only.
  private func mixed(_ key: CacheKey) -> CacheKey {
    guard mischief == .mixesKeys else { return key }
    return CacheKey(bytes: Array(key.bytes.prefix(20)), seed: 0)
  }

  func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    guard mischief == .keepsRemoved else {
      return try await wrapped.remove(Batch(keys.map(mixed)))
    }
    return keys.mapEach { _ in nil }
  }

  func clear(_ namespace: String) async throws {
    switch mischief {
    case .clearsEverything: for name in [namespace, "\(namespace)x"] { try await clear(all: name) }
    case .clearsByPrefixAlone: try await clear(all: "\(namespace)x")
    default: try await wrapped.clear(namespace)
    }
  }

  private func clear(all namespace: String) async throws { try await wrapped.clear(namespace) }

  func close() async {
    if mischief != .opensForever { await wrapped.close() }
  }
}
