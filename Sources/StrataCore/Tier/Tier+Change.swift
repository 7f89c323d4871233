// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Tier {
  /// Stores what the caller wrote, on the way back from the tiers further in.
  func write(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    var reply = try await next(request)
    if request.options.skipWriting.contains(name, id.name) { return reply }
    var writes: [(position: Int, write: StoreWrite)] = []
    var dropped: [CacheKey] = []
    for (position, result) in reply.results.enumerated() {
      guard case .done = result.outcome, let entry = result.entry else { continue }
      let key = request.keys[position]
      context.ledger.revoke(key)
      let version = issuesVersions ? nil : entry.version
      let write =
        result.unstorable == nil
        ? makeWrite(entry, key, request, version: version, lease: nil) : nil
      // A new value that is not kept here must not leave the old one here either.
      if let write { writes.append((position, write)) } else { dropped.append(key) }
    }
    if !dropped.isEmpty { await discard(dropped) }
    if !writes.isEmpty { await apply(writes, to: &reply) }
    return reply
  }

  var issuesVersions: Bool { type(of: store).capabilities.contains(.versions) }

  private func apply(
    _ writes: [(position: Int, write: StoreWrite)], to reply: inout CacheReply
  ) async {
    let batch = Batch(writes.map(\.write))
    guard let written = await attempt("set", { try await store.set(batch) }) else {
      return await discard(writes.map(\.write.key))
    }
    for (index, result) in written.enumerated() where index < writes.count {
      let position = writes[index].position
      switch result {
      case .stored(let version):
        reply.results[position].entry?.version = version
        reply.results[position].version = version
      case .refused(.older): break
      case .refused: await discard([writes[index].write.key])
      }
    }
  }

  private func discard(_ keys: [CacheKey]) async {
    let batch = Batch(keys)
    _ = await attempt("remove") { try await store.remove(batch) }
  }

  /// Removes the keys here after they are gone further in, also where the way in failed.
  func remove(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    do {
      var reply = try await next(request)
      let versions = await removeOwn(request)
      for (position, version) in (versions ?? .many([])).enumerated() {
        if let version { reply.results[position].version = version }
      }
      return reply
    } catch {
      _ = await removeOwn(request)
      throw error
    }
  }

  private func removeOwn(_ request: CacheRequest) async -> Batch<Version?>? {
    for key in request.keys { context.ledger.revoke(key) }
    let keys = request.keys
    return await attempt("remove") { try await store.remove(keys) }
  }

  func clear(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    let reply = try await next(request)
    let namespace = context.policy.namespace
    _ = await attempt("clear") { try await store.clear(namespace) }
    return reply
  }

  // MARK: Expire and touch

  /// Changes the times of stored entries and nothing else.
  func rewrite(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    let reply = try await next(request)
    if case .expire = request.operation {
      for key in request.keys { context.ledger.revoke(key) }
    }
    if let fast {
      for key in request.keys {
        guard let found = fast.lookup(key) else { continue }
        _ = fast.adjust(key, version: found.entry.version) { change(&$0, request) }
      }
      return reply
    }
    await rewriteStored(request)
    return reply
  }

  /// For stores without times of their own: reads, changes and stores again under the same version
  /// and a lease from before the read, so that a write or a removal in between wins.
  private func rewriteStored(_ request: CacheRequest) async {
    let keys = request.keys
    let leases = keys.mapEach { context.ledger.lease($0) }
    guard let reads = await attempt("get", { try await store.get(keys) }),
      reads.count == keys.count
    else { return }
    var writes: [StoreWrite] = []
    for (position, read) in reads.enumerated() {
      guard let content = read.content, var entry = open(content, keys[position], request) else {
        continue
      }
      if let version = read.version { entry.version = version }
      change(&entry, request)
      guard let content = seal(&entry, keys[position], request) else { continue }
      writes.append(
        StoreWrite(
          key: keys[position], content: content, expiresAt: entry.usableUntil,
          version: entry.version, lease: leases[position], tags: entry.tags,
          epoch: context.ledger.epoch))
    }
    let batch = Batch(writes)
    if !batch.isEmpty { _ = await attempt("set") { try await store.set(batch) } }
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
