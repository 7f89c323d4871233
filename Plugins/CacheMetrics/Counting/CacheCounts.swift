// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

/// Everything that is counted about one cache. Kept when the plan is reloaded.
final class CacheCounts: Sendable {
  /// How a load ended.
  enum LoadEnd: Sendable { case loaded, failed, cancelled }

  let table: SeriesTable
  let reads = LatencyHistogram()
  let changes = LatencyHistogram()
  let loads = LatencyHistogram()
  private let failed = Atomic<UInt64>(0)
  private let cancelled = Atomic<UInt64>(0)

  init(labels: Int) { table = SeriesTable(capacity: labels) }

  func note(_ end: LoadEnd, after duration: Duration) {
    loads.record(duration)
    switch end {
    case .loaded: break
    case .failed: failed.add(1, ordering: .relaxed)
    case .cancelled: cancelled.add(1, ordering: .relaxed)
    }
  }

  var failedLoads: UInt64 { failed.load(ordering: .relaxed) }
  var cancelledLoads: UInt64 { cancelled.load(ordering: .relaxed) }
}
