// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension ChaosStore: LockingStore where Wrapped: LockingStore {
  /// Takes a lock, unless something goes wrong.
  public func acquire(
    _ lock: CacheKey, token: LockToken, for lifetime: Duration
  ) async throws -> Bool {
    try await carryOut(.lock) { [wrapped] in
      try await wrapped.acquire(lock, token: token, for: lifetime)
    }
  }

  /// Prolongs a lock, unless something goes wrong.
  public func extend(
    _ lock: CacheKey, token: LockToken, for lifetime: Duration
  ) async throws -> Bool {
    try await carryOut(.lock) { [wrapped] in
      try await wrapped.extend(lock, token: token, for: lifetime)
    }
  }

  /// Gives a lock back, unless something goes wrong.
  @discardableResult
  public func release(_ lock: CacheKey, token: LockToken) async throws -> Bool {
    try await carryOut(.lock) { [wrapped] in try await wrapped.release(lock, token: token) }
  }
}

extension ChaosStore: ScanningStore where Wrapped: ScanningStore {
  /// Lists keys, unless something goes wrong.
  public func scan(
    _ pattern: KeyPattern, from cursor: ScanCursor, limit: Int
  ) async throws -> ScanPage {
    try await carryOut(.scan) { [wrapped] in
      try await wrapped.scan(pattern, from: cursor, limit: limit)
    }
  }
}

extension ChaosStore: MarkingStore where Wrapped: MarkingStore {
  /// Makes marks, unless something goes wrong.
  public func mark(
    _ marks: [InvalidationMark], for lifetime: Duration
  ) async throws -> Version {
    try await carryOut(.mark) { [wrapped] in try await wrapped.mark(marks, for: lifetime) }
  }

  /// Reads marks, unless something goes wrong.
  public func versions(of marks: [InvalidationMark]) async throws -> [Version?] {
    try await carryOut(.mark) { [wrapped] in try await wrapped.versions(of: marks) }
  }
}
