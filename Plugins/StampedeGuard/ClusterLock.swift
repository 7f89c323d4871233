// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// One load for each key among all nodes: a lock in a store that they share, held while one loads.
///
/// The lock saves loads and gives no safety. Whoever cannot have it waits, looks into the shared
/// tier whenever the holder says that it is done, and now and then without being told; after the
/// wait it takes a stale value or loads all the same. A store that does not answer is no reason to
/// wait. What a holder stores that was paused, and whose lock has ended, is ordered by versions
/// like everything else.
final class ClusterLock: Sendable {
  private let store: any LockingStore
  private let context: CacheContext
  private let lifetime: Duration
  private let wait: Duration
  private let wakes: WakeTable

  init(store: any LockingStore, context: CacheContext, lifetime: Duration, wait: Duration) {
    (self.store, self.context, self.lifetime, self.wait) = (store, context, lifetime, wait)
    wakes = WakeTable(clock: context.runtime.clock)
  }

  private var channel: String { "\(context.policy.namespace):loaded" }

  /// Listens to who has loaded, as long as the cache runs.
  func listen() async throws {
    guard let transport = store as? any MessageTransport else { return }
    let wakes = wakes
    let subscription = transport.subscribe(to: channel) { event in
      if case .message(let key) = event { wakes.call(key) }
    }
    defer { subscription.cancel() }
    while !Task.isCancelled { try await context.runtime.clock.sleep(for: .seconds(3600)) }
  }

  /// More keys than this are loaded without locks: taking them would cost more than it saves.
  private static let mostLocks = 64

  /// The replies to a read: loaded here under locks, or found once another node has loaded.
  func replies(to request: CacheRequest, _ next: Next) async throws -> Batch<KeyReply> {
    guard mayBeShared(request), request.keys.count <= Self.mostLocks else {
      return try await next(request).results
    }
    let end = context.runtime.now + wait
    if request.keys.count == 1, let key = request.keys.first {
      return .one(try await reply(for: key, request, next, until: end))
    }
    return try await batch(request, next, until: end)
  }

  /// Loads as one batch what nobody else loads, then waits for the rest, key by key.
  ///
  /// The locks are given back before anything is waited for, so that two nodes with the same keys
  /// never wait for each other.
  private func batch(
    _ request: CacheRequest, _ next: Next, until end: Timestamp
  ) async throws -> Batch<KeyReply> {
    let token = LockToken(random: context.runtime.random)
    let isHeld = await acquire(request.keys, token)
    let free = isHeld.indices.filter { isHeld[$0] ?? true }
    let busy = isHeld.indices.filter { isHeld[$0] == false }
    var results = request.keys.mapEach { _ in KeyReply(.miss(.unavailable)) }
    if !free.isEmpty {
      let locked = free.filter { isHeld[$0] == true }.map { request.keys[$0] }
      let replies = try await loadHolding(Batch(locked), token, request.narrowed(to: free), next)
      for (index, position) in free.enumerated() { results[position] = replies[index] }
    }
    try await withThrowingTaskGroup(of: (Int, KeyReply).self) { group in
      for position in busy {
        let part = request.narrowed(to: [position])
        group.addTask {
          (position, try await self.reply(for: part.keys[0], part, next, until: end))
        }
      }
      for try await (position, reply) in group { results[position] = reply }
    }
    return results
  }

  /// The reply to a read of one key.
  private func reply(
    for key: CacheKey, _ request: CacheRequest, _ next: Next, until end: Timestamp
  ) async throws -> KeyReply {
    let token = LockToken(random: context.runtime.random)
    var pause = Duration.milliseconds(100)
    while true {
      switch await acquire(key, token) {
      case true?: return try await loadHolding(.one(key), token, request, next)[0]
      case nil: return try await next(request.again()).first
      case false?: break
      }
      let now = context.runtime.now
      guard now < end else { break }
      let jitter = Double(80 + context.runtime.random.below(40)) / 100
      try await wakes.wait(for: key.bytes, until: min(end, now + pause * jitter))
      pause = min(.seconds(1), pause * 2)
      if let found = try await look(request, next) { return found }
    }
    if let stale = stale(key, request) { return stale }
    return try await next(request.again()).first
  }

  /// Whoever asks for a load of its own gets one.
  private func mayBeShared(_ request: CacheRequest) -> Bool {
    if request.options.skipReading != .none { return false }
    return !request.options.refresh || request.acceptsNewerThan != nil
  }

  private func lock(_ key: CacheKey) -> CacheKey {
    CacheKey(
      bytes: Array("\(context.policy.namespace):lock:".utf8) + key.bytes,
      seed: context.runtime.hashSeed)
  }

  /// `nil` where the store does not answer.
  private func acquire(_ key: CacheKey, _ token: LockToken) async -> Bool? {
    let (store, lock, lifetime) = (store, lock(key), lifetime)
    return try? await context.runtime.run(
      "lock", until: context.runtime.now + min(.milliseconds(500), lifetime / 4)
    ) { try await store.acquire(lock, token: token, for: lifetime) }
  }

  /// Asks for all locks at once.
  private func acquire(_ keys: Batch<CacheKey>, _ token: LockToken) async -> [Bool?] {
    await withTaskGroup(of: (Int, Bool?).self) { group in
      for (index, key) in keys.enumerated() {
        group.addTask { (index, await self.acquire(key, token)) }
      }
      var results = [Bool?](repeating: nil, count: keys.count)
      for await (index, isHeld) in group { results[index] = isHeld }
      return results
    }
  }

  private func loadHolding(
    _ keys: Batch<CacheKey>, _ token: LockToken, _ request: CacheRequest, _ next: Next
  ) async throws -> Batch<KeyReply> {
    let extending = context.runtime.tasks.spawn("extend lock") { await self.extend(keys, token) }
    // Given back behind: the caller need not wait for that.
    defer {
      extending.cancel()
      for key in keys {
        context.background.start("unlock") { await self.release(key, token) }
      }
    }
    // The shared tier is read on the way in: whoever held the lock before may have filled it.
    return try await next(request.again()).results
  }

  private func extend(_ keys: Batch<CacheKey>, _ token: LockToken) async {
    var held = keys.map(lock)
    while !held.isEmpty, (try? await context.runtime.clock.sleep(for: lifetime / 3)) != nil {
      for lock in held {
        // Lost is lost: another node may load as well, which costs a load and nothing else.
        let isHeld = (try? await store.extend(lock, token: token, for: lifetime)) ?? true
        if !isHeld { held.removeAll { $0 == lock } }
      }
    }
  }

  private func release(_ key: CacheKey, _ token: LockToken) async {
    let (store, lock, channel) = (store, lock(key), channel)
    try? await context.runtime.run("unlock", until: context.runtime.now + lifetime) {
      _ = try await store.release(lock, token: token)
      if let transport = store as? any MessageTransport {
        try await transport.publish(key.bytes, on: channel)
      }
    }
  }

  /// What the tiers further in have by now, without loading.
  private func look(_ request: CacheRequest, _ next: Next) async throws -> KeyReply? {
    var probe = request.again()
    probe.loader = nil
    let reply = try await next(probe).first
    if case .hit = reply.outcome { return reply }
    return nil
  }

  private func stale(_ key: CacheKey, _ request: CacheRequest) -> KeyReply? {
    guard let held = request.held(for: key), held.entry.isUsable(at: context.runtime.now) else {
      return nil
    }
    return KeyReply(.stale(tier: held.tier, .waiting), entry: held.entry)
  }
}
