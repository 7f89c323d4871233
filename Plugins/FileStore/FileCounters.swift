// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Synchronization

/// The counters behind ``FileStatistics``.
final class FileCounters: Sendable {
  let writtenBytes = Atomic(0)
  let rewrittenBytes = Atomic(0)
  let evictions = Atomic(0)
  let damaged = Atomic(0)
  let readFailures = Atomic(0)
  let writeFailures = Atomic(0)
  let lost = Atomic(0)
  let unavailable = Atomic(0)
  let unreadableFiles = Atomic(0)

  var statistics: FileStatistics {
    var statistics = FileStatistics()
    statistics.writtenBytes = writtenBytes.load(ordering: .relaxed)
    statistics.rewrittenBytes = rewrittenBytes.load(ordering: .relaxed)
    statistics.evictions = evictions.load(ordering: .relaxed)
    statistics.damaged = damaged.load(ordering: .relaxed)
    statistics.readFailures = readFailures.load(ordering: .relaxed)
    statistics.writeFailures = writeFailures.load(ordering: .relaxed)
    statistics.lost = lost.load(ordering: .relaxed)
    statistics.unavailable = unavailable.load(ordering: .relaxed)
    statistics.unreadableFiles = unreadableFiles.load(ordering: .relaxed)
    return statistics
  }
}
