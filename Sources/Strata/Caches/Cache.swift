// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A cache of the plan, typed: finds values by key, loads what is missing, and forgets on demand.
///
/// Cheap to copy and safe to use from any task. A reload of the plan is seen at once by every copy.
public struct Cache<Key: KeyPart & Hashable & Sendable, Value: Codable & Sendable>: Sendable {
  @usableFromInline let handle: CacheHandle

  init(_ handle: CacheHandle) { self.handle = handle }

  /// The cache's name in the plan.
  public var name: String { handle.name }

  // MARK: Read

  /// The fresh value for `key` if it lies in this process: the fast road, without `await`.
  @inlinable public func cached(_ key: Key) -> Value? {
    if case .value(let value) = fast(key) { value } else { nil }
  }

  /// The value for `key`: from the cache, or else from `load`, which other callers share.
  ///
  /// Throws what the loader throws where no stale value may stand in for it, and a `not-found`
  /// ``CacheError`` where the loader says that there is none.
  @inlinable
  public nonisolated(nonsending) func value(
    for key: Key, options: RequestOptions = .standard,
    load: @escaping @Sendable (LoadContext) async throws -> Value
  ) async throws -> Value {
    if !options.isSpecial, case .value(let value) = fast(key, label: options.label) {
      return value
    }
    return try await slowValue(key, options, load)
  }

  /// The value for `key`: from the cache, or else from `load`, which other callers share.
  @inlinable
  public nonisolated(nonsending) func value(
    for key: Key, load: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    if case .value(let value) = fast(key) { return value }
    return try await slowValue(key, .standard) { _ in try await load() }
  }

  /// The value for `key`, or `nil` where the source has none: "none" is remembered where the plan
  /// has the stage `negative`.
  @inlinable
  public nonisolated(nonsending) func find(
    _ key: Key, options: RequestOptions = .standard,
    load: @escaping @Sendable (LoadContext) async throws -> Value?
  ) async throws -> Value? {
    if !options.isSpecial {
      switch fast(key, label: options.label) {
      case .value(let value): return value
      case .notFound: return nil
      case .none: break
      }
    }
    let reply = try await read(key, options, load)
    return try value(in: reply)
  }

  /// The value for `key` if any tier has it; loads nothing.
  @inlinable
  public nonisolated(nonsending) func get(
    _ key: Key, options: RequestOptions = .standard
  ) async throws -> Value? {
    if !options.isSpecial, case .value(let value) = fast(key, label: options.label) {
      return value
    }
    let reply = try await read(key, options, nil)
    return try value(in: reply)
  }

  /// Whether any tier has a fresh value for `key`.
  public func contains(_ key: Key) async throws -> Bool { try await get(key) != nil }

  /// What became of the key, with the value: which tier answered, fresh or stale, how old.
  @inlinable
  public nonisolated(nonsending) func reply(
    for key: Key, options: RequestOptions = .standard,
    load: (@Sendable (LoadContext) async throws -> Value?)? = nil
  ) async throws -> Reply<Value> {
    let context = handle.road.pipeline.context
    let generation = context.keyGeneration.number
    let reply = try await read(key, options, load)
    return Reply(reply, value: decoded(reply), context: context, generation: generation)
  }

  // MARK: Write

  /// Stores `value` in every tier. The token lets its holder read nothing older, on any node.
  @discardableResult
  public func set(
    _ key: Key, _ value: Value, options: RequestOptions = .standard
  ) async throws -> ConsistencyToken {
    let loaded = LoadedValue(LivePayload(value))
    let reply = try await send(.write(.one(loaded)), [key], options).first
    if case .refused(let reason) = reply.outcome {
      throw CacheError(.refused, "The value was refused: \(reason.rawValue).")
    }
    return token(reply.version)
  }

  /// Removes `key` from every tier. A load in flight will not bring the old value back.
  @discardableResult
  public func remove(_ key: Key) async throws -> ConsistencyToken {
    token(try await send(.remove, [key]).first.version)
  }

  /// Removes keys from every tier, in one batch.
  public func remove(_ keys: some Sequence<Key>) async throws {
    _ = try await send(.remove, Array(keys))
  }

  /// Makes `key` stale: the next read loads anew, with the old value as a fallback.
  public func expire(_ key: Key) async throws { _ = try await send(.expire, [key]) }

  /// Gives `key` a new TTL from now on, where it is stored.
  public func touch(_ key: Key, ttl: Duration) async throws {
    _ = try await send(.touch(ttl), [key])
  }

  /// How long `key` remains fresh; `nil` where no tier has it fresh.
  public func remaining(_ key: Key) async throws -> Duration? {
    try await send(.lifetime, [key]).first.remaining
  }

  /// Invalidates everything stored under any of `tags`, in O(tags).
  @discardableResult
  public func invalidate(tags: Tag...) async throws -> ConsistencyToken {
    try await invalidate(tags: tags)
  }

  /// Invalidates everything stored under any of `tags`, in O(tags).
  @discardableResult
  public func invalidate(tags: [Tag]) async throws -> ConsistencyToken {
    if tags.isEmpty { return ConsistencyToken(version: .none) }
    return token(try await send(.invalidate(tags), []).version)
  }

  /// Invalidates everything in this cache.
  @discardableResult
  public func clear() async throws -> ConsistencyToken {
    token(try await send(.clear, []).version)
  }
}
