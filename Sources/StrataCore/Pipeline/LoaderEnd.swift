// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The inner end of every pipeline: runs the loader, makes entries, stamps invalidations.
struct LoaderEnd: Sendable {
  let context: CacheContext
  let position: Int

  func respond(to request: CacheRequest) async throws -> CacheReply {
    guard request.passage.enter(position) else {
      throw CacheError(
        .nextCalledTwice,
        "A stage called next twice with one request; pass on request.again() to ask again.")
    }
    request.passage.reachEnd()
    defer { request.passage.leave(position) }
    switch request.operation {
    case .read: return try await read(request)
    case .write(let values): return write(values, request)
    case .invalidate(let tags):
      context.ledger.invalidate(tags)
      return CacheReply(.many([]))
    case .clear:
      context.ledger.clear()
      return CacheReply(.many([]))
    case .remove, .expire:
      for key in request.keys { context.ledger.revoke(key) }
      let version = context.ledger.version(at: context.ledger.tick())
      return CacheReply(
        request.keys.mapEach { _ in
          var reply = KeyReply(.done)
          reply.version = version
          return reply
        })
    case .touch: return CacheReply(request.keys.mapEach { _ in KeyReply(.done) })
    case .lifetime:
      return CacheReply(request.keys.mapEach { _ in KeyReply(.miss(.neverCached)) })
    }
  }

  // MARK: Write

  /// A write is an entry that nobody had to load: it is stored by the tiers on the way back.
  private func write(_ values: Batch<LoadedValue>, _ request: CacheRequest) -> CacheReply {
    var replies: [KeyReply] = []
    for (key, value) in zip(request.keys, values) {
      context.ledger.revoke(key)
      let lease = context.ledger.lease(key)
      let entry = makeEntry(value, request.options, lease: lease, began: lease.createdAt)
      var reply = KeyReply(.done, entry: entry, lease: lease)
      reply.version = lease.version
      if !value.isStorable { reply.unstorable = .notStorable }
      replies.append(reply)
    }
    return CacheReply(Batch(replies))
  }

  // MARK: Read

  private func read(_ request: CacheRequest) async throws -> CacheReply {
    if request.keys.count == 1, let key = request.keys.first {
      if let settled = settled(key, request) { return CacheReply(settled) }
      return CacheReply(try await loadOne(key, request))
    }
    var replies = request.keys.map { settled($0, request) }
    let missing = replies.indices.filter { replies[$0] == nil }
    if !missing.isEmpty {
      let loaded = try await loadMany(missing.map { request.keys[$0] }, request)
      for (position, reply) in zip(missing, loaded) { replies[position] = reply }
    }
    return CacheReply(.many(replies.map { $0 ?? KeyReply(.miss(.neverCached)) }))
  }

  /// The answer that needs no load, if there is one.
  private func settled(_ key: CacheKey, _ request: CacheRequest) -> KeyReply? {
    let held = request.held(for: key)
    let now = context.runtime.now
    if let held, !request.options.refresh, held.entry.isFresh(at: now) {
      return KeyReply(.hit(tier: held.tier), entry: held.entry)
    }
    if let held, request.options.allowsStale, !request.options.refresh,
      held.entry.isUsable(at: now)
    {
      return KeyReply(.stale(tier: held.tier, .asked), entry: held.entry)
    }
    return request.loader == nil ? KeyReply(.miss(.neverCached)) : nil
  }

  private func loadOne(_ key: CacheKey, _ request: CacheRequest) async throws -> KeyReply {
    switch request.loader {
    case .each(let load):
      let attempt = Attempt(key, request, context)
      return try await attempt.reply(end: self) { try await load($0) }
    case .bulk:
      let replies = try await loadMany([key], request)
      return replies.first ?? KeyReply(.miss(.neverCached))
    case .finished(let loads): return finished(key, loads, request)
    case nil: return KeyReply(.miss(.neverCached))
    }
  }

  private func finished(
    _ key: CacheKey, _ loads: [FinishedLoad], _ request: CacheRequest
  ) -> KeyReply {
    guard let load = loads.first(where: { $0.context.key == key }),
      let attempt = Attempt(resuming: load, request)
    else { return KeyReply(.miss(.unavailable)) }
    return attempt.reply(load.payload, end: self)
  }

  private func loadMany(_ keys: [CacheKey], _ request: CacheRequest) async throws -> [KeyReply] {
    guard case .bulk(let load) = request.loader else {
      return try await loadConcurrently(keys, request)
    }
    let attempts = keys.map { Attempt($0, request, context) }
    do {
      let payloads = try await load(attempts.map(\.load))
      guard payloads.count == attempts.count else {
        let message = "The bulk loader returned \(payloads.count) values for \(keys.count) keys."
        return attempts.map { $0.failure(CacheError(.loaderFailed, message, key: $0.key.digest)) }
      }
      return zip(attempts, payloads).map { $0.0.reply($0.1, end: self) }
    } catch {
      if Task.isCancelled { throw CancellationError() }
      return attempts.map { $0.failure(error) }
    }
  }

  /// A loader for single values asked for several: all at once; `loader-limits` bounds them.
  private func loadConcurrently(
    _ keys: [CacheKey], _ request: CacheRequest
  ) async throws -> [KeyReply] {
    try await withThrowingTaskGroup(of: (Int, KeyReply).self) { group in
      for (index, key) in keys.enumerated() {
        group.addTask { (index, try await loadOne(key, request)) }
      }
      var replies = [KeyReply](repeating: KeyReply(.miss(.neverCached)), count: keys.count)
      for try await (index, reply) in group { replies[index] = reply }
      return replies
    }
  }

  // MARK: Entries

  /// The entry of a value that was loaded or written: lifetimes count from now, `createdAt` from
  /// before the load began.
  func makeEntry(
    _ value: LoadedValue, _ options: RequestOptions, lease: Lease, began: Timestamp
  ) -> Entry {
    let now = context.runtime.now
    let freshUntil = now + (value.ttl ?? options.ttl ?? context.policy.ttl)
    let maxStale = value.maxStale ?? options.maxStale ?? context.policy.maxStale
    let microseconds = max(0, (now - began).saturatingNanoseconds / 1000)
    return Entry(
      payload: value.payload, createdAt: lease.createdAt, freshUntil: freshUntil,
      usableUntil: freshUntil + maxStale, version: lease.version,
      details: .of(
        tags: options.tags + value.tags.filter { !options.tags.contains($0) }, etag: value.etag,
        lastModified: value.lastModified),
      cost: UInt32(clamping: microseconds), size: UInt32(clamping: max(0, value.size ?? 0)))
  }
}
