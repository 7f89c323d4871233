// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Tier {
  /// Changes the times of stored entries and nothing else.
  func rewrite(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    var reply = try await next(request)
    let isExpiry = if case .expire = request.operation { true } else { false }
    if isExpiry { for key in request.keys { context.ledger.revoke(key) } }
    if let fast {
      for key in request.keys {
        guard let found = fast.lookup(key) else { continue }
        _ = fast.adjust(key, version: found.entry.version) { change(&$0, request) }
      }
    } else if isExpiry, request.coder == nil {
      // An echo of another node's: what cannot be rewritten has to go.
      _ = await removeStored(request.keys, &reply)
    } else if isExpiry {
      await expireStored(request, &reply)
    } else {
      _ = await rewriteStored(request)
    }
    return reply
  }

  /// Expires what is stored, again where something else came between, and removes it where that
  /// goes on, or where nothing could be expired.
  ///
  /// In a store that orders its writers even what is not there is removed: another node may be about
  /// to fill it with what it loaded before this, and only a newer version keeps that out.
  private func expireStored(_ request: CacheRequest, _ reply: inout CacheReply) async {
    var left = Array(request.keys.indices)
    var failed = false
    for _ in 0..<3 where !left.isEmpty {
      let part = left.count == request.keys.count ? request : request.narrowed(to: left)
      guard let undone = await rewriteStored(part) else {
        failed = true
        break
      }
      left = undone.changed.map { left[$0] }
      let missing = undone.missing.map { part.keys[$0] }
      if issuesVersions, !missing.isEmpty { _ = await removeStored(Batch(missing), &reply) }
    }
    if left.isEmpty { return }
    let keys = left.map { request.keys[$0] }
    if failed {
      if isShared { reply.isUnsettled = true }
      owe(keys: keys)
    } else {
      _ = await removeStored(Batch(keys), &reply)
    }
  }

  /// Which keys of a rewriting were not rewritten: something came between, or nothing is there.
  private struct Undone {
    var changed: [Int] = []
    var missing: [Int] = []
  }

  /// For stores without times of their own: reads, changes and stores again. `nil` where the store
  /// failed.
  ///
  /// A store that orders its writers takes an expiry under a version issued before the read, and
  /// only in the place of what was read: what another node loads meanwhile is older, and refused.
  /// Elsewhere a lease from before the read does the same.
  private func rewriteStored(_ request: CacheRequest) async -> Undone? {
    let keys = request.keys
    let leases = keys.mapEach { context.ledger.lease($0) }
    guard let versions = await versionsForRewriting(request),
      let contents = await contents(of: request)
    else { return nil }
    var undone = Undone()
    var writes: [(position: Int, write: StoreWrite)] = []
    for (position, content) in contents.enumerated() {
      guard var entry = content.entry else {
        undone.missing.append(position)
        continue
      }
      change(&entry, request)
      let version = versions[position] ?? entry.version
      if var write = makeWrite(
        entry, keys[position], request, version: version, lease: leases[position],
        isLimited: false)
      {
        if versions[position] != nil { write.replaces = content.version }
        writes.append((position, write))
      } else {
        undone.missing.append(position)
      }
    }
    if writes.isEmpty { return undone }
    let batch = Batch(writes.map(\.write))
    guard let written = await attempt("set", { try await store.set(batch) }),
      written.count == batch.count
    else { return nil }
    for (index, result) in written.enumerated() {
      if case .refused = result { undone.changed.append(writes[index].position) }
    }
    return undone
  }

  /// New versions for an expiry where the store issues them; a touch keeps the one there is.
  private func versionsForRewriting(_ request: CacheRequest) async -> [Version?]? {
    let keys = request.keys
    guard issuesVersions, case .expire = request.operation else {
      return [Version?](repeating: nil, count: keys.count)
    }
    guard let issued = await attempt("issue", { try await store.issue(for: keys) }),
      issued.count == keys.count, issued.allSatisfy({ $0 != nil })
    else { return nil }
    return Array(issued)
  }

  private func change(_ entry: inout Entry, _ request: CacheRequest) {
    let now = context.runtime.now
    switch request.operation {
    case .expire: entry = entry.expired(at: now)
    // A touch prolongs what is fresh: what has expired, or was expired, must be loaded anew.
    case .touch(let ttl) where entry.isFresh(at: now):
      let stale = entry.usableUntil - entry.freshUntil
      entry.freshUntil = now + (limits.ttl.map { min($0, ttl) } ?? ttl)
      entry.usableUntil = entry.freshUntil + stale
      entry.attentionAt = entry.freshUntil
      entry.attentionAt = context.attention(to: entry, now: now)
    default: break
    }
  }
}
