// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Looks at what the tiers find for one request, and remembers the keys under which poison lay.
final class Inspection: ContentInspector {
  private let checks: ValueChecks
  private let record: FaultRecord
  private let keys = Lock<Set<CacheKey>>([])

  init(checks: ValueChecks, record: FaultRecord) {
    self.checks = checks
    self.record = record
  }

  var poisoned: Set<CacheKey> { keys.withLock { $0 } }

  func objection(to entry: Entry, for key: CacheKey) -> String? {
    guard let payload = entry.payload else { return nil }
    return checks.fault(in: payload, size: entry.encoded?.bytes.count, nil)?.reason
  }

  func noteRejection(of content: RejectedContent) {
    record.note(content, isPoison: Self.isPoison(content.reason))
    if Self.isPoison(content.reason) { keys.withLock { _ = $0.insert(content.key) } }
  }

  /// Whether it should never have been stored. The rest is what another release, or the same one
  /// with another plan, has every right to keep there.
  private static func isPoison(_ reason: EnvelopeError) -> Bool {
    switch reason {
    case .foreign, .wrongSchema, .wrongCodec, .unknownTransform: false
    case .truncated, .damaged, .wrongKey, .refusedByTransform, .unsealed, .undecodable,
      .refusedByInspector:
      true
    }
  }
}
