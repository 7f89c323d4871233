// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension Tier {
  /// A write on its way to the store.
  struct PendingWrite: Sendable {
    var position: Int
    var entry: Entry
  }

  /// Stores what the caller wrote, on the way back from the tiers further in.
  func write(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    var reply = try await next(request)
    if request.options.skipWriting.contains(name, id.name) { return reply }
    var writes: [PendingWrite] = []
    var dropped: [CacheKey] = []
    for (position, result) in reply.results.enumerated() {
      guard case .done = result.outcome, let entry = result.entry else { continue }
      context.ledger.revoke(request.keys[position])
      // A new value that is not kept here must not leave the old one here either.
      if result.unstorable == nil {
        writes.append(PendingWrite(position: position, entry: entry))
      } else {
        dropped.append(request.keys[position])
      }
    }
    if !dropped.isEmpty { _ = await discard(dropped, &reply) }
    if !writes.isEmpty { await store(writes, request, &reply) }
    return reply
  }

  /// Stores, again where something else came between, and removes the key where that goes on.
  private func store(
    _ writes: [PendingWrite], _ request: CacheRequest, _ reply: inout CacheReply
  ) async {
    let owed = arrears.number
    var writes = writes
    for _ in 0..<3 where !writes.isEmpty {
      guard let stamped = await stamped(writes, request) else {
        return owe(writes.map { request.keys[$0.position] }, &reply)
      }
      await drop(stamped.unfit, request, &reply)
      let batch = Batch(stamped.writes.map(\.write))
      if batch.isEmpty { return }
      guard let written = await attempt("set", { try await store.set(batch) }),
        written.count == batch.count
      else { return owe(batch.map(\.key), &reply) }
      writes = await settle(stamped.writes, written, owed, request, &reply)
    }
    // Others keep changing the key: nobody knows whose value is the newest, so nobody's stays.
    for write in writes {
      let removal = await discard([request.keys[write.position]], &reply)
      reply.results[write.position].unstorable = .older
      if let version = removal?.first ?? nil { reply.results[write.position].version = version }
    }
  }

  private typealias StampedWrite = (pending: PendingWrite, write: StoreWrite)

  /// The writes with what orders them among others: a version of the store's, or else a lease, by
  /// which one that arrives late, after the key was changed again, is refused.
  private func stamped(
    _ writes: [PendingWrite], _ request: CacheRequest
  ) async -> (writes: [StampedWrite], unfit: [PendingWrite])? {
    let keys = Batch(writes.map { request.keys[$0.position] })
    var versions = [Version?](repeating: nil, count: writes.count)
    if issuesVersions {
      guard let issued = await attempt("issue", { try await store.issue(for: keys) }),
        issued.count == keys.count, issued.allSatisfy({ $0 != nil })
      else { return nil }
      versions = Array(issued)
    }
    var stamped: [StampedWrite] = []
    var unfit: [PendingWrite] = []
    for (index, pending) in writes.enumerated() {
      let version = versions[index] ?? pending.entry.version
      let isLate = !issuesVersions && fast == nil
      let lease = isLate ? context.ledger.lease(keys[index]) : nil
      if let write = makeWrite(pending.entry, keys[index], request, version: version, lease: lease)
      {
        stamped.append((pending, write))
      } else {
        unfit.append(pending)
      }
    }
    return (stamped, unfit)
  }

  private func drop(
    _ unfit: [PendingWrite], _ request: CacheRequest, _ reply: inout CacheReply
  ) async {
    if !unfit.isEmpty { _ = await discard(unfit.map { request.keys[$0.position] }, &reply) }
  }

  /// Notes what became of writes; returns those to try again.
  private func settle(
    _ writes: [StampedWrite], _ written: Batch<StoreWritten>, _ owed: UInt64,
    _ request: CacheRequest, _ reply: inout CacheReply
  ) async -> [PendingWrite] {
    var again: [PendingWrite] = []
    for (index, result) in written.enumerated() {
      let (pending, write) = writes[index]
      switch result {
      case .stored(let version):
        arrears.pay(keys: [write.key], upTo: owed)
        reply.results[pending.position].entry?.version = version
        if issuesVersions { reply.results[pending.position].version = version }
      case .refused(.older) where issuesVersions, .refused(.leaseRevoked): again.append(pending)
      case .refused(.older): reply.results[pending.position].unstorable = .older
      case .refused: _ = await discard([write.key], &reply)
      }
    }
    return again
  }

  private func discard(_ keys: [CacheKey], _ reply: inout CacheReply) async -> Batch<Version?>? {
    await removeStored(Batch(keys), &reply)
  }

  private func owe(_ keys: [CacheKey], _ reply: inout CacheReply) {
    if isShared { reply.isUnsettled = true }
    owe(keys: keys)
  }

  // MARK: Remove

  /// Removes the keys here after they are gone further in, also where the way in failed.
  func remove(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    do {
      var reply = try await next(request)
      let versions = await removeOwn(request, &reply)
      for (position, version) in (versions ?? .many([])).enumerated() {
        if let version { reply.results[position].version = version }
      }
      return reply
    } catch {
      var lost = CacheReply(.many([]))
      _ = await removeOwn(request, &lost)
      throw error
    }
  }

  private func removeOwn(
    _ request: CacheRequest, _ reply: inout CacheReply
  ) async -> Batch<Version?>? {
    for key in request.keys { context.ledger.revoke(key) }
    guard let fast, let versions = request.echo?.versions, versions.count == request.keys.count
    else { return await removeStored(request.keys, &reply) }
    // Another node wrote: what is here already, or something newer, stays.
    let outdated = request.keys.indices.filter { position in
      guard let written = versions[position], !isShared,
        let known = fast.lookup(request.keys[position])?.entry.version
      else { return true }
      return known.issuer != written.issuer || known.isOlder(than: written)
    }
    if outdated.isEmpty { return nil }
    _ = await removeStored(Batch(outdated.map { request.keys[$0] }), &reply)
    return nil
  }

  func removeStored(_ keys: Batch<CacheKey>, _ reply: inout CacheReply) async -> Batch<Version?>? {
    let owed = arrears.number
    guard let versions = await attempt("remove", { try await store.remove(keys) }) else {
      owe(Array(keys), &reply)
      return nil
    }
    arrears.pay(keys: keys, upTo: owed)
    return versions
  }

  // MARK: Without keys

  func clear(_ request: CacheRequest, _ next: Next) async throws -> CacheReply {
    var reply = try await next(request)
    let namespace = context.policy.namespace
    let owed = arrears.number
    if await attempt("clear", { try await store.clear(namespace) }) == nil {
      if isShared { reply.isUnsettled = true }
      owe(everything: true)
    } else {
      arrears.pay(everything: true, upTo: owed)
    }
    return reply
  }

  /// Tells the nodes that share the store, those that start later too.
  func invalidate(
    _ tags: [Tag], _ request: CacheRequest, _ next: Next
  ) async throws -> CacheReply {
    var reply = try await next(request)
    if marking == nil || tags.isEmpty { return reply }
    let owed = arrears.number
    if let version = await mark(tags) {
      arrears.pay(tags: tags, upTo: owed)
      reply.version = version
    } else {
      reply.isUnsettled = true
      owe(tags: tags)
    }
    return reply
  }
}
