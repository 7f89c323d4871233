// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension ReferenceSharedStore: LockingStore {
  /// Takes a lock that is free, over, or this token's.
  public func acquire(
    _ lock: CacheKey, token: LockToken, for lifetime: Duration
  ) async throws -> Bool {
    try reach { state in
      let now = clock.now
      if let held = state.locks[lock.bytes], held.token != token, now < held.until { return false }
      state.locks[lock.bytes] = (token, now + lifetime)
      return true
    }
  }

  /// Prolongs a lock that is this token's.
  public func extend(
    _ lock: CacheKey, token: LockToken, for lifetime: Duration
  ) async throws -> Bool {
    try reach { state in
      let now = clock.now
      guard let held = state.locks[lock.bytes], held.token == token, now < held.until else {
        return false
      }
      state.locks[lock.bytes] = (token, now + lifetime)
      return true
    }
  }

  /// Gives back a lock that is this token's.
  @discardableResult
  public func release(_ lock: CacheKey, token: LockToken) async throws -> Bool {
    try reach { state in
      let now = clock.now
      guard let held = state.locks[lock.bytes], held.token == token else { return false }
      state.locks[lock.bytes] = nil
      return now < held.until
    }
  }

  /// How many locks are held.
  public var heldLocks: Int {
    let now = clock.now
    return (try? reach { $0.locks.values.reduce(0) { $0 + (now < $1.until ? 1 : 0) } }) ?? 0
  }
}

extension ReferenceSharedStore: ScanningStore {
  /// Lists the keys that have bytes, hashed as in the process that made the store.
  public func scan(
    _ pattern: KeyPattern, from cursor: ScanCursor, limit: Int
  ) async throws -> ScanPage {
    let seed = hashSeed
    let keys = try reach { state in
      state.records.filter { $0.value.bytes != nil }.map { CacheKey(bytes: $0.key, seed: seed) }
    }
    return ScanPage(of: keys, pattern, from: cursor, limit: limit)
  }
}

extension ReferenceSharedStore: MarkingStore {
  /// Gives the marks the next number, and never forgets them.
  public func mark(
    _ marks: [InvalidationMark], for lifetime: Duration
  ) async throws -> Version {
    try reach { state in
      let version = issue(&state)
      for mark in marks { state.marks[mark] = version }
      return version
    }
  }

  /// The number of each mark.
  public func versions(of marks: [InvalidationMark]) async throws -> [Version?] {
    try reach { state in marks.map { state.marks[$0] } }
  }
}
