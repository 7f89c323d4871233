// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension Cache {
  /// Makes a function of the same shape that is cached: guarded, refreshed and invalidated as the
  /// plan says.
  ///
  /// ```swift
  /// let user = users.wrap { id in try await database.user(id) }
  /// let alice = try await user(42)
  /// ```
  @inlinable public func wrap(
    _ function: @escaping @Sendable (Key) async throws -> Value
  ) -> @Sendable (Key) async throws -> Value {
    { key in
      if case .value(let value) = fast(key) { return value }
      return try await slowValue(key, .standard) { _ in try await function(key) }
    }
  }

  /// Makes a cached function of one that may find nothing, which is remembered where the plan has
  /// the stage `negative`.
  ///
  /// Chosen only for functions that return an optional: every other function could be taken for
  /// one.
  @_disfavoredOverload
  @inlinable public func wrap(
    _ function: @escaping @Sendable (Key) async throws -> Value?
  ) -> @Sendable (Key) async throws -> Value? {
    { key in
      switch fast(key) {
      case .value(let value): return value
      case .notFound: return nil
      case .none: return try await find(key) { _ in try await function(key) }
      }
    }
  }
}
