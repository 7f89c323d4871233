// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension Strata {
  /// Makes a cached function of any asynchronous function, keyed by its arguments.
  ///
  /// ```swift
  /// // (String, Int) async throws -> [Hit]
  /// let search = try strata.wrap("search", service.search)
  /// ```
  ///
  /// The plan's key template says which arguments make the key, and how; without one all of them
  /// do, in order. Labels of arguments are lost, as always when a function becomes a value.
  public func wrap<each Argument: KeyPart & Sendable, Value: Codable & Sendable>(
    _ name: String,
    _ function: @escaping @Sendable (repeat each Argument) async throws -> Value
  ) throws -> @Sendable (repeat each Argument) async throws -> Value {
    var count = 0
    for _ in repeat (each Argument).self { count += 1 }
    let cache = try call(name, arguments: count, Value.self)
    return { (argument: repeat each Argument) in
      try await cache.value(repeat each argument) { try await function(repeat each argument) }
    }
  }

  func call<Value: Codable & Sendable>(
    _ name: String, arguments: Int, _ type: Value.Type
  ) throws -> CachedCall<Value> {
    CachedCall(try handle(name, for: "\(Value.self)", arguments: arguments))
  }
}

/// A cache addressed by any number of arguments.
@usableFromInline struct CachedCall<Value: Codable & Sendable>: Sendable {
  @usableFromInline let handle: CacheHandle

  init(_ handle: CacheHandle) { self.handle = handle }

  /// The value for the arguments: from the cache, or else from `load`.
  @inlinable func value<each Argument: KeyPart & Sendable>(
    _ argument: repeat each Argument, load: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let answer = handle.withRoad { road in
      road.keys.withKey(parts: repeat each argument) { road.answer($0, as: Value.self) }
    }
    if case .value(let value) = answer { return value }
    let key = handle.withRoad { road in
      road.keys.withKey(parts: repeat each argument) { CacheKey($0) }
    }
    return try await slow(key, load)
  }

  @usableFromInline func slow(
    _ key: CacheKey, _ load: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let road = handle.road
    let request = CacheRequest(
      .read, keys: .one(key), loader: .each { _ in LivePayload(try await load()) },
      coder: road.coder(for: Value.self))
    let reply = try await road.pipeline.respond(to: request).first
    if case .failed(let error) = reply.outcome { throw error.underlying ?? error }
    if let value = reply.entry?.payload?.live(as: Value.self) { return value }
    throw CacheError(.notFound, "The source has no value for the key.", key: key.digest)
  }
}
