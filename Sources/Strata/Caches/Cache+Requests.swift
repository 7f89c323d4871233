// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension Cache {
  /// The fast road for one key.
  @inlinable @inline(__always)
  func fast(_ key: Key, label: String? = nil) -> FastAnswer<Value> {
    handle.withRoad { road in
      road.keys.withKey(key) { road.answer($0, as: Value.self, label: label) }
    }
  }

  @inlinable func key(_ key: Key) -> CacheKey {
    handle.withRoad { road in road.keys.withKey(key) { CacheKey($0) } }
  }

  @usableFromInline nonisolated(nonsending) func slowValue(
    _ key: Key, _ options: RequestOptions,
    _ load: @escaping @Sendable (LoadContext) async throws -> Value
  ) async throws -> Value {
    let reply = try await read(key, options) { try await load($0) }
    if let value = try value(in: reply) { return value }
    throw CacheError(.notFound, "The source has no value for the key.", key: self.key(key).digest)
  }

  @inlinable nonisolated(nonsending) func read(
    _ key: Key, _ options: RequestOptions, _ load: (@Sendable (LoadContext) async throws -> Value?)?
  ) async throws -> KeyReply {
    var loader: Loader?
    if let load {
      loader = .each { context in try await load(context).map { LivePayload($0) } }
    }
    let road = handle.road
    let request = CacheRequest(
      .read, keys: .one(self.key(key)), options: options, loader: loader,
      coder: road.coder(for: Value.self))
    return try await road.pipeline.respond(to: request).first
  }

  /// The token of a change. Where no shared store gave it a version it means something in this
  /// process only, and everywhere else makes the reader load.
  func token(_ version: Version?) -> ConsistencyToken {
    let ledger = handle.road.ledger
    return ConsistencyToken(
      version: version ?? ledger.version(at: ledger.tick()), origin: ledger.identity)
  }

  func send(
    _ operation: CacheOperation, _ keys: [Key], _ options: RequestOptions = .standard
  ) async throws -> CacheReply {
    let road = handle.road
    let request = CacheRequest(
      operation, keys: Batch(keys.map(key)), options: options, coder: road.coder(for: Value.self))
    return try await road.pipeline.respond(to: request)
  }

  /// The value in a result: `nil` for a miss and for "not found"; throws what a failed load threw.
  @inlinable func value(in reply: KeyReply) throws -> Value? {
    if case .failed(let error) = reply.outcome { throw error.underlying ?? error }
    guard let payload = reply.entry?.payload else { return nil }
    if let value = payload.live(as: Value.self) { return value }
    throw CacheError(
      .wrongType, "Another type was cached under this key; name caches apart by type.")
  }

  @inlinable func decoded(_ reply: KeyReply) -> Value? {
    reply.entry?.payload?.live(as: Value.self)
  }
}

extension RequestOptions {
  /// Whether a call must take the full road whatever lies in this process.
  @inlinable var isSpecial: Bool {
    refresh || token != nil || skipReading != .none
  }
}
