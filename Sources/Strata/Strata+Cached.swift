// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Makes a function cached, under its own name and with its own signature.
///
/// ```swift
/// struct Users {
///   let strata: Strata
///   @Cached("users") func user(_ id: Int) async throws -> User { try await database.user(id) }
/// }
/// ```
///
/// The body becomes the load of a ``Strata/Strata/cachedCall(_:parameters:arguments:load:)`` on
/// whatever is called `strata` where the function is declared: a property, a static property, a
/// global. `in:` names another by an expression of globals and static members. Every parameter is
/// part of the key unless `ignoring:` names it.
///
/// The function is `async throws` and returns a value of one `Codable & Sendable` type; its body
/// runs where it would without the macro, on its actor, but only on a miss and maybe for several
/// callers at once. What it captures must be `Sendable`, as for any task.
@attached(body)
public macro Cached(
  _ cache: StaticString, in strata: Strata? = nil, ignoring: [StaticString] = []
) = #externalMacro(module: "StrataMacros", type: "CachedMacro")

extension Strata {
  /// The value of a cache for some arguments, or else what `load` returns.
  /// ``Cached(_:in:ignoring:)`` expands to this; by hand, ``wrap(_:_:)`` is shorter and does more
  /// of the work once.
  ///
  /// `parameters` holds the names of the arguments, joined by commas. Where the plan names its
  /// arguments, they must be the same ones in the same order. Attributes of a parameter behind an
  /// expanded pack are lost (`NB:` Swift 6.3.1), hence the tuple.
  public func cachedCall<each Argument: KeyPart & Sendable, Value: Codable & Sendable>(
    _ cache: StaticString, parameters: StaticString, arguments: (repeat each Argument),
    @_inheritActorContext @_implicitSelfCapture load: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    var count = 0
    for _ in repeat (each Argument).self { count += 1 }
    let call = try call("\(cache)", arguments: count, Value.self)
    let policy = call.handle.road.pipeline.context.policy
    if let names = policy.keyArguments, names.joined(separator: ",") != "\(parameters)" {
      throw CacheError(
        .unknownCache,
        "The cache '\(cache)' has the arguments \(names.joined(separator: ", ")), and is used with "
          + "\(parameters).")
    }
    return try await call.value(repeat each arguments, load: load)
  }
}
