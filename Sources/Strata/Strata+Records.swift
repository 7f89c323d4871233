// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension Strata {
  /// The store called `name` in the running plan.
  public func store(_ name: String) throws -> any CacheStore {
    let stores = self.stores
    if let store = stores[name] { return store }
    let near = nearestWord(to: name, among: stores.keys.sorted()).map { "did you mean '\($0)'?" }
    let advice = near ?? "there are \(stores.keys.sorted().joined(separator: ", "))"
    throw CacheError(.unknownStore, "The plan has no store '\(name)'; \(advice)")
  }

  /// Sessions called `name` in a store of the plan: they end after `idle` without use, and after
  /// `lifetime` in any case.
  ///
  /// A reload that describes the store otherwise makes a new one: ask again then.
  public func sessions<Session: Codable & Sendable>(
    _ name: String, in store: String, idle: Duration, lifetime: Duration = .seconds(86_400),
    of type: Session.Type = Session.self
  ) throws -> SessionStore<Session> {
    SessionStore(
      name, in: try self.store(store), idle: idle, lifetime: lifetime, format: try recordFormat(),
      runtime: runtime)
  }

  /// A limiter called `name` over a store of the plan.
  ///
  /// A reload that describes the store otherwise makes a new one: ask again then.
  public func limiter(
    _ name: String, in store: String, _ limit: RateLimit,
    onFailure: RateLimiter.Failure = .fail
  ) throws -> RateLimiter {
    RateLimiter(
      name, in: try self.store(store), limit, onFailure: onFailure, format: try recordFormat(),
      runtime: runtime)
  }

  private func recordFormat() throws -> any PayloadCodec {
    guard let type = registry.codecs["binary"] ?? registry.codecs.first?.value else {
      throw CacheError(.codecFailed, "No codec is registered.")
    }
    return type.init()
  }
}
