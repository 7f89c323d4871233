// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What a journal knows, and what it is told about the disk.
final class JournalKeeper: LogObserver {
  let backlog = Lock(JournalBacklog())
  private let options: JournalOptions
  private let disk: any Disk
  private let runtime: CacheRuntime

  init(options: JournalOptions, disk: any Disk, runtime: CacheRuntime) {
    self.options = options
    self.disk = disk
    self.runtime = runtime
  }

  /// Takes note of a segment before anything points into it.
  func announce(_ header: SegmentHeader?) {
    guard let header else { return }
    backlog.withLock { backlog in
      if let last = backlog.segments.last, last.header.number >= header.number { return }
      backlog.segments.append(
        JournalBacklog.Segment(header: header, file: nil, lastSequence: 0))
    }
  }

  /// The file of a segment, which is kept open only while it is read or written.
  func file(of segment: JournalBacklog.Segment) throws(DiskError) -> (any DiskFile)? {
    if let file = segment.file { return file }
    let path = options.directory + "/" + SegmentName.name(segment.header.number)
    let file = try disk.open(path, .read)
    backlog.withLock { backlog in
      // One file at a time: reading goes from the oldest to the newest.
      for index in backlog.segments.indices {
        let isThis = backlog.segments[index].header.number == segment.header.number
        let isOpen = index == backlog.segments.count - 1
        if isThis {
          backlog.segments[index].file = file
        } else if !isOpen {
          backlog.segments[index].file = nil
        }
      }
    }
    return file
  }

  func noteDamage(_ waiting: JournalBacklog.Waiting) {
    backlog.withLock { $0.damaged += 1 }
    runtime.reporter.report(
      CacheReport(
        .error, "journal entry damaged", source: "journal",
        details: [("sequence", "\(waiting.sequence)")]))
  }

  // MARK: What the disk did

  func logCreated(_ header: SegmentHeader, file: any DiskFile) {
    backlog.withLock { backlog in
      for index in backlog.segments.indices
      where backlog.segments[index].header.number == header.number {
        backlog.segments[index].file = file
      }
    }
  }

  func logSealed(_ segment: UInt32, size: Int64) {}

  func logLost(_ loss: LogLoss) {
    backlog.withLock { backlog in
      backlog.lose(loss)
      if loss.offset <= Int64(SegmentHeader.span) {
        backlog.segments.removeAll { $0.header.number == loss.segment }
      }
    }
    runtime.reporter.report(
      CacheReport(
        .error, "journal write failed", source: "journal",
        details: [("disk", loss.error.description)]))
  }

  func logRemoved(_ segment: UInt32, error: DiskError?) {
    guard let error else { return }
    runtime.reporter.report(
      CacheReport(
        .warning, "journal segment not removed", source: "journal",
        details: [("disk", error.description)]))
  }
}
