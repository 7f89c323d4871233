// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore
private import Synchronization

/// A ``LogTail`` under a lock, and the one writer that carries out its steps.
///
/// Two locks: `tail` is held for short sections by whoever appends; `io` is held while the disk
/// works, so there is one writer at a time and steps keep their order. Whoever appended enough to
/// fill a chunk becomes the writer, unless somebody is; there is no thread of its own to wake.
public final class LogWriter: Sendable {
  /// Where records are appended.
  public let tail: Lock<LogTail>
  private let io: Lock<LogDisk>
  private let observer: any LogObserver
  private let busy = Atomic<Bool>(false)
  private let filed: Atomic<UInt64>
  let commits: Lock<CommitQueue>
  let runtime: CacheRuntime
  let syncs: Bool

  /// Creates a writer for the end of a log.
  public init(
    shape: LogShape, lastSegment: UInt32, disk: any Disk, runtime: CacheRuntime,
    observer: any LogObserver
  ) {
    let tail = LogTail(shape: shape, lastSegment: lastSegment, runtime: runtime)
    filed = Atomic(tail.unwritten.packed)
    self.tail = Lock(tail)
    io = Lock(LogDisk(disk: disk, shape: shape))
    commits = Lock(CommitQueue())
    self.observer = observer
    self.runtime = runtime
    syncs = shape.syncs
  }

  /// Everything before this place is in the files; what follows may still be in a chunk.
  public var unwritten: LogPlace { LogPlace(packed: filed.load(ordering: .acquiring)) }

  /// Goes on in a segment of an earlier run, whose file was cut to `end`.
  public func resume(
    _ header: SegmentHeader, file: any DiskFile, end: Int64, footer: SegmentFooter
  ) {
    io.withLock { $0.files[header.number] = file }
    tail.withLock { tail in
      tail.resume(header, end: end, footer: footer)
      filed.store(tail.unwritten.packed, ordering: .releasing)
    }
  }

  /// Does what the disk has to do, unless somebody is at it already.
  public func drainUnlessBusy() {
    guard !busy.load(ordering: .relaxed) else { return }
    drain()
  }

  /// Does all that the disk has to do; waits for whoever is at it.
  public func drain() {
    busy.store(true, ordering: .relaxed)
    while step() { settle() }
    busy.store(false, ordering: .relaxed)
    settle()
  }

  /// Carries out one step; returns whether there was one.
  private func step() -> Bool {
    io.withLock { disk in
      guard let step = tail.withLock({ $0.next() }) else { return false }
      let subject = Subject(step)
      let outcome = disk.perform(step)
      if case .create(let header) = subject, let file = disk.files[header.number] {
        observer.logCreated(header, file: file)
      }
      let loss = tail.withLock { tail in
        let loss = tail.finish(outcome)
        filed.store(tail.unwritten.packed, ordering: .releasing)
        return loss
      }
      announce(subject, outcome, loss)
      return true
    }
  }

  private func announce(_ subject: Subject, _ outcome: Result<Void, DiskError>, _ loss: LogLoss?) {
    if let loss {
      commits.withLock { $0.lose(loss) }
      observer.logLost(loss)
    }
    switch subject {
    case .remove(let segment):
      observer.logRemoved(segment, error: outcome.error)
    case .seal(let segment, let size): observer.logSealed(segment, size: size)
    case .create, .other: break
    }
  }
}

extension Result {
  fileprivate var error: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}

/// What the observer is told of a step, without keeping the step's chunk from being reused.
private enum Subject {
  case create(SegmentHeader)
  case seal(UInt32, size: Int64)
  case remove(UInt32)
  case other

  init(_ step: borrowing LogStep) {
    switch step {
    case .create(let header): self = .create(header)
    case .seal(let run):
      let footer = SegmentFooter.footprint(entries: run.footer.entries.count)
      self = .seal(run.header.number, size: run.end + Int64(footer))
    case .remove(let segment): self = .remove(segment)
    case .write, .sync: self = .other
    }
  }
}
