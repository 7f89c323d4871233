// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension Cache {
  /// A cached function for one key over a loader for many: calls that miss at about the same time
  /// are loaded together where the plan has `loader-limits` with `coalesce`.
  ///
  /// ```swift
  /// let user = users.wrapMany { ids in try await database.users(ids) }   // ([Int]) -> [Int: User]
  /// let alice = try await user(42)
  /// ```
  ///
  /// The loader may leave out what the source does not have; the function then returns `nil`.
  public func wrapMany(
    _ load: @escaping @Sendable ([Key]) async throws -> [Key: Value]
  ) -> @Sendable (Key) async throws -> Value? {
    let source = LoadSource()
    let loader = Loader.bulk { contexts in
      let loaded = try await load(contexts.compactMap { $0.argument as? Key })
      return contexts.map { context in
        (context.argument as? Key).flatMap { loaded[$0] }.map { LivePayload($0) }
      }
    }
    return { key in
      switch fast(key) {
      case .value(let value): return value
      case .notFound: return nil
      case .none: break
      }
      let own = self.key(key)
      let road = handle.road
      var request = CacheRequest(
        .read, keys: .one(own), loader: loader, coder: road.coder(for: Value.self))
      request.source = source
      request.arguments = [own: key]
      return try value(in: try await road.pipeline.respond(to: request).first)
    }
  }
}
