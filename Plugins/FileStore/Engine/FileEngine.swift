// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// The file store without its contract: bytes in, bytes out, every call on the caller's thread.
///
/// Records are appended to segments; an index in memory says where each key's newest record stands.
///
///     put ──► tail (lock) ──► chunk ──► file          get ──► shard (lock) ──► chunk or pread
///               └► shard (lock): older? lease? point the slot to the record
///
/// Order of locks: the tail's, then a shard's, then those of clears and debts, which call nobody.
/// The disk works under the writer's own lock and under none of these.
///
/// Space comes back by whole segments (see ``Reclaimer``). A write that the disk fails loses its
/// records, never brings an older one back, and starts a fresh segment after a pause.
final class FileEngine: Sendable {
  let catalog: FileCatalog
  let writer: LogWriter
  let appender: FileAppender
  let reclaimer: Reclaimer
  let disk: any Disk
  /// The seed of the digests in this directory.
  let seed: UInt64
  private let lockFile: any DiskFile

  init(
    catalog: FileCatalog, writer: LogWriter, disk: any Disk, seed: UInt64, lockFile: any DiskFile
  ) {
    self.catalog = catalog
    self.writer = writer
    self.disk = disk
    self.seed = seed
    self.lockFile = lockFile
    appender = FileAppender(catalog: catalog, writer: writer)
    reclaimer = Reclaimer(catalog: catalog, appender: appender)
  }

  var shape: FileShape { catalog.shape }
  var index: FileIndex { catalog.index }

  /// Hands what was gathered to the operating system.
  func flush() {
    appender.repay()
    writer.tail.withLock { $0.flush() }
    work()
  }

  /// Makes everything stored so far durable. Throws when it is not, removals that are still owed to
  /// the disk included.
  func sync() throws(DiskError) {
    appender.repay()
    let mark = writer.tail.withLock { $0.appended }
    try writer.commitNow(mark)
    work()
    guard catalog.debts.isEmpty else { throw DiskError(.failed, operation: "sync") }
  }

  /// Finishes the open segment, leaves a snapshot of the index, and lets the directory go.
  func close() {
    appender.repay()
    writer.tail.withLock { $0.seal() }
    work()
    if catalog.debts.isEmpty, !catalog.isFailing(at: catalog.runtime.clock.now) {
      do throws(DiskError) {
        try IndexSnapshot.write(catalog, seed: seed, on: disk)
      } catch {
        catalog.report("snapshot not written", error)
      }
    }
    lockFile.close()
  }

  /// The counts so far.
  var statistics: FileStatistics {
    var statistics = catalog.counters.statistics
    statistics.keys = index.count
    statistics.indexBytes = index.memory
    statistics.fileBytes = index.segments.size
    return statistics
  }

  /// Lets the disk do what it has to do, and makes room at the pace at which room is taken.
  func work() {
    if writer.tail.withLock({ $0.hasWork }) { writer.drainUnlessBusy() }
    for segment in catalog.takeAbandoned() {
      writer.tail.withLock { $0.remove(segment) }
    }
    reclaimer.keepPace()
  }
}
