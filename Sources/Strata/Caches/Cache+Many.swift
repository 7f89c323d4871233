// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension Cache {
  /// The values for `keys` that any tier has, in the order of the keys; `nil` where none has one.
  ///
  /// One batch goes down to the stores: one round trip each, whatever the number of keys.
  public func getMany(
    _ keys: [Key], options: RequestOptions = .standard
  ) async throws -> [Value?] {
    try await many(keys, options, nil)
  }

  /// The values for `keys` in their order: those that no tier has come from `load`, which gets only
  /// the missing keys, once each, and may leave out what the source does not have.
  public func getMany(
    _ keys: [Key], options: RequestOptions = .standard,
    load: @escaping @Sendable ([Key]) async throws -> [Key: Value]
  ) async throws -> [Value?] {
    let byKey = Dictionary(keys.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
    let loader = Loader.bulk { contexts in
      let missing = contexts.compactMap { byKey[$0.key] }
      let loaded = try await load(missing)
      return contexts.map { context in
        byKey[context.key].flatMap { loaded[$0] }.map { LivePayload($0) }
      }
    }
    return try await many(keys, options, loader)
  }

  /// Stores several values in one batch.
  public func setMany(
    _ values: [Key: Value], options: RequestOptions = .standard
  ) async throws {
    let pairs = values.map { (key($0.key), LoadedValue(LivePayload($0.value))) }
    let request = CacheRequest(
      .write(Batch(pairs.map(\.1))), keys: Batch(pairs.map(\.0)), options: options,
      coder: handle.road.coder(for: Value.self))
    _ = try await handle.road.pipeline.respond(to: request)
  }

  /// Asks for each key once and hands the answers out in the caller's order.
  private func many(
    _ keys: [Key], _ options: RequestOptions, _ loader: Loader?
  ) async throws -> [Value?] {
    if keys.isEmpty { return [] }
    let all = keys.map(key)
    var positions: [CacheKey: Int] = [:]
    var distinct: [CacheKey] = []
    for key in all where positions[key] == nil {
      positions[key] = distinct.count
      distinct.append(key)
    }
    let request = CacheRequest(
      .read, keys: Batch(distinct), options: options, loader: loader,
      coder: handle.road.coder(for: Value.self))
    let reply = try await handle.road.pipeline.respond(to: request)
    return try all.map { key in
      try positions[key].flatMap { try value(in: reply.results[$0]) }
    }
  }
}
