// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// The counters of one cache under one label.
///
/// One row: operations by outcomes, then reasons. A reason that this release does not know is
/// counted with its outcome alone.
final class MetricSeries: Sendable {
  private static let outcomes = CountedOutcome.allCases.count
  private static let misses = CountedOperation.allCases.count * outcomes
  private static let stale = misses + MissReason.allCases.count
  private static let refusals = stale + StaleReason.counted.count
  private static let size = refusals + RefusalReason.counted.count

  private let counters = StripedCounters(count: MetricSeries.size)

  @inline(__always)
  static func index(_ operation: CountedOperation, _ outcome: CountedOutcome) -> Int {
    operation.rawValue * outcomes + outcome.rawValue
  }

  /// Counts a hit on the fast road.
  @inline(__always)
  func countFastHit() { counters.add(1, to: Self.index(.read, .fast)) }

  /// Counts what became of one key.
  func count(_ reply: KeyReply, of operation: CountedOperation) {
    counters.add(1, to: Self.index(operation, CountedOutcome(reply)))
    switch reply.outcome {
    case .stale(_, let reason): count(reason, among: StaleReason.counted, from: Self.stale)
    case .refused(let reason): count(reason, among: RefusalReason.counted, from: Self.refusals)
    default: break
    }
    if operation == .read, let reason = reply.missReason {
      count(reason, among: MissReason.allCases, from: Self.misses)
    }
  }

  /// Counts an outcome without a result of its own.
  func count(_ outcome: CountedOutcome, of operation: CountedOperation, times: Int = 1) {
    counters.add(UInt64(times), to: Self.index(operation, outcome))
  }

  private func count<Reason: Equatable>(_ reason: Reason, among all: [Reason], from start: Int) {
    if let index = all.firstIndex(of: reason) { counters.add(1, to: start + index) }
  }

  // MARK: Reading

  /// Every counter that is not zero.
  func requests() -> [MetricsSnapshot.Requests] {
    CountedOperation.allCases.flatMap { operation in
      CountedOutcome.allCases.compactMap { outcome in
        let count = counters.sum(Self.index(operation, outcome))
        guard count > 0 else { return nil }
        return MetricsSnapshot.Requests(
          operation: operation.name, outcome: outcome.name, count: count)
      }
    }
  }

  func missReasons() -> [MissReason: UInt64] { reasons(MissReason.allCases, from: Self.misses) }
  func staleReasons() -> [StaleReason: UInt64] { reasons(StaleReason.counted, from: Self.stale) }
  func refusalReasons() -> [RefusalReason: UInt64] {
    reasons(RefusalReason.counted, from: Self.refusals)
  }

  private func reasons<Reason: Hashable>(_ all: [Reason], from start: Int) -> [Reason: UInt64] {
    var counts: [Reason: UInt64] = [:]
    for (index, reason) in all.enumerated() {
      let count = counters.sum(start + index)
      if count > 0 { counts[reason] = count }
    }
    return counts
  }
}
