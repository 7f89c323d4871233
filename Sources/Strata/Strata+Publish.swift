// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import InvalidationRules
import StrataCore

extension Strata {
  /// Tells every cache with the stage `invalidation` that something happened, and returns what that
  /// invalidated.
  ///
  /// ```swift
  /// try await strata.publish("user.updated", ["id": 42])
  /// ```
  ///
  /// Returns when everything that is not delayed has been invalidated. Where a cache fails, the
  /// others are told all the same, and then the first failure is thrown.
  @discardableResult
  public func publish(
    _ name: String, _ fields: [String: EventField] = [:]
  ) async throws -> InvalidationReport {
    var report = InvalidationReport()
    var names: Set<String> = [name]
    var events = [CacheEvent(name, fields)]
    var failure: (any Error)?
    while !events.isEmpty {
      let event = events.removeFirst()
      for (_, stage) in stages(InvalidationRules.self) {
        do {
          let more = try await stage.apply(event)
          events += more.follow.filter { names.insert($0.name).inserted }
          report += more
        } catch {
          failure = failure ?? error
        }
      }
    }
    if let failure { throw failure }
    return report
  }
}
