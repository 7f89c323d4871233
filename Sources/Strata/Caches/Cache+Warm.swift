// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
public import Warming

extension Cache where Key: LosslessStringConvertible {
  /// Loads the keys that the stage `warming` names, as gently as the plan says, and returns how it
  /// went. What is fresh already is not loaded.
  @discardableResult
  public func warm(
    load: @escaping @Sendable (Key) async throws -> Value
  ) async throws -> WarmingProgress {
    try await warming().run { try await warm($0, load) }
  }

  /// Leaves the loader with which the schedule of the stage `warming` works.
  public func keepWarm(load: @escaping @Sendable (Key) async throws -> Value) throws {
    try warming().keep { try await warm($0, load) }
  }

  private func warming() throws -> Warming {
    let stages = handle.road.pipeline.stages
    if let stage = stages.lazy.compactMap({ $0 as? Warming }).first { return stage }
    throw CacheError(
      .custom("no-such-stage"), "The cache '\(name)' has no stage warming in its pipeline.")
  }

  /// Whether the key had to be loaded.
  private func warm(
    _ text: String, _ load: @escaping @Sendable (Key) async throws -> Value
  ) async throws -> Bool {
    guard let key = Key(text) else {
      throw CacheError(.custom("no-key"), "A key of the list does not fit the cache '\(name)'.")
    }
    if cached(key) != nil { return false }
    let reply = try await reply(for: key) { _ in try await load(key) }
    if let failure = reply.failure { throw failure }
    if case .stale = reply.outcome { throw CacheError(.loaderFailed, "The value is stale.") }
    return !reply.isHit
  }
}
