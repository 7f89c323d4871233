// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A cache as the holder of a ``Witness`` sees it: nothing is older than what the holder changed.
public struct WitnessedCache<Key: KeyPart & Hashable & Sendable, Value: Codable & Sendable>:
  Sendable
{
  private let cache: Cache<Key, Value>
  private let witness: Witness
  private let number: UInt64

  init(_ cache: Cache<Key, Value>, _ witness: Witness) {
    (self.cache, self.witness) = (cache, witness)
    number = KeyDigest(Array(cache.name.utf8)).high
  }

  // MARK: Read

  /// The value for `key`: from the cache where that is new enough, or else from `load`.
  public func value(
    for key: Key, options: RequestOptions = .standard,
    load: @escaping @Sendable (LoadContext) async throws -> Value
  ) async throws -> Value {
    try await cache.value(for: key, options: heeding(options, key), load: load)
  }

  /// The value for `key`, or `nil` where the source has none.
  public func find(
    _ key: Key, options: RequestOptions = .standard,
    load: @escaping @Sendable (LoadContext) async throws -> Value?
  ) async throws -> Value? {
    try await cache.find(key, options: heeding(options, key), load: load)
  }

  /// The value for `key` if any tier has one that is new enough; loads nothing.
  public func get(_ key: Key, options: RequestOptions = .standard) async throws -> Value? {
    try await cache.get(key, options: heeding(options, key))
  }

  /// What became of the key, with the value.
  public func reply(
    for key: Key, options: RequestOptions = .standard,
    load: (@Sendable (LoadContext) async throws -> Value?)? = nil
  ) async throws -> Reply<Value> {
    try await cache.reply(for: key, options: heeding(options, key), load: load)
  }

  // MARK: Write

  /// Stores `value` in every tier.
  public func set(
    _ key: Key, _ value: Value, options: RequestOptions = .standard
  ) async throws {
    note(try await cache.set(key, value, options: options), key)
  }

  /// Removes `key` from every tier.
  public func remove(_ key: Key) async throws { note(try await cache.remove(key), key) }

  /// Invalidates everything stored under any of `tags`. Until the witness forgets that, its holder
  /// is answered with nothing of this cache that is older, whatever its tags.
  public func invalidate(tags: [Tag]) async throws {
    if tags.isEmpty { return }
    note(try await cache.invalidate(tags: tags), nil)
  }

  /// Invalidates everything in this cache.
  public func clear() async throws { note(try await cache.clear(), nil) }

  // MARK: Witness

  private func heeding(_ options: RequestOptions, _ key: Key) -> RequestOptions {
    witness.options(options, cache: number) { cache.key(key).digest }
  }

  private func note(_ token: ConsistencyToken, _ key: Key?) {
    witness.note(token, cache: number, key: key.map { cache.key($0).digest })
  }
}

extension Cache {
  /// This cache as the holder of `witness` sees it.
  public func seen(by witness: Witness) -> WitnessedCache<Key, Value> {
    WitnessedCache(self, witness)
  }
}
