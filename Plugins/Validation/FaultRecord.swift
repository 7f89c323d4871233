// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What was found wrong: counts by reason, reports, and the quarantine.
final class FaultRecord: Sendable {
  private struct State {
    var counts: [String: Int] = [:]
    var quarantine: [QuarantinedValue] = []
    var size = 0
  }

  /// Beside its bytes a quarantined value costs something too.
  private static let overhead = 256

  private let state = Lock(State())
  private let capacity: Int
  private let cache: CacheContext

  init(capacity: Int, cache: CacheContext) {
    self.capacity = capacity
    self.cache = cache
  }

  var counts: [String: Int] { state.withLock { $0.counts } }
  var quarantine: [QuarantinedValue] { state.withLock { $0.quarantine } }

  /// Takes note of a value that was loaded or written, and kept from the tiers.
  func note(_ reason: String, _ key: KeyDigest, from origin: String) {
    state.withLock { $0.counts[reason, default: 0] += 1 }
    cache.report(
      .warning, "value refused", source: Validation.id.name,
      details: [("key", "\(key)"), ("reason", reason), ("from", origin)])
  }

  /// Takes note of a value that came back from outside; poison is kept for inspection.
  func note(_ content: RejectedContent, isPoison: Bool) {
    let reason = content.objection ?? content.reason.rawValue
    let value = QuarantinedValue(
      key: content.key.digest, tier: content.tier, reason: reason, bytes: content.bytes,
      foundAt: cache.runtime.now)
    let capacity = capacity
    state.withLock { state in
      state.counts[reason, default: 0] += 1
      guard isPoison, Self.cost(value) <= capacity else { return }
      state.quarantine.append(value)
      state.size += Self.cost(value)
      while state.size > capacity { state.size -= Self.cost(state.quarantine.removeFirst()) }
    }
    if isPoison {
      cache.report(
        .warning, "stored value quarantined", source: Validation.id.name,
        details: [("key", "\(value.key)"), ("reason", reason), ("tier", content.tier)])
    }
  }

  private static func cost(_ value: QuarantinedValue) -> Int { value.bytes.count + overhead }
}
