// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Stands in for the framework: what an expansion needs, written down as it is documented, over a
/// dictionary.
@attached(body)
macro Cached(
  _ cache: StaticString, in strata: Notebook? = nil, ignoring: [StaticString] = []
) = #externalMacro(module: "StrataMacros", type: "CachedMacro")

/// Remembers by cache, parameter names and arguments.
actor Notebook {
  private var values: [String: any Sendable] = [:]
  private(set) var keys: [String] = []

  private func value(_ key: String) -> (any Sendable)? {
    keys.append(key)
    return values[key]
  }
  private func keep(_ value: any Sendable, _ key: String) { values[key] = value }

  nonisolated func cachedCall<each Argument: Sendable & CustomStringConvertible, Value: Sendable>(
    _ cache: StaticString, parameters: StaticString, arguments: (repeat each Argument),
    @_inheritActorContext @_implicitSelfCapture load: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    var key = "\(cache)(\(parameters))"
    for argument in repeat each arguments { key += " \(argument)" }
    if let known = await value(key) as? Value { return known }
    let loaded = try await load()
    await keep(loaded, key)
    return loaded
  }
}
