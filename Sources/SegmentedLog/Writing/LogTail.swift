// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// The end of a log: where records are appended, and the queue of what the disk still has to do.
///
/// A value without a disk. Its owner keeps it under a lock, appends records, takes one step at a
/// time, carries it out without holding the lock, and says how it went. So there is one writer,
/// appending never waits for the disk, and every failure at every point can be tested by calling
/// two methods.
///
/// Each record has a *mark*, counting from 1. `written` and `synced` say up to which mark the disk
/// has followed; a failure takes a range of marks out, which is reported as a ``LogLoss``. After a
/// failure nothing more is appended to the segment: what a failed sync left in the page cache may
/// never reach the disk although later syncs succeed. The next record starts a fresh segment.
public struct LogTail: Sendable {
  /// The properties of the log.
  public let shape: LogShape
  /// The word for the headers of new segments.
  public var word: UInt64
  /// The mark of the last record appended.
  public private(set) var appended: UInt64 = 0
  /// The mark up to which records have been handed to the operating system, or were lost.
  public internal(set) var written: UInt64 = 0
  /// The mark up to which records are durable, or were lost.
  public internal(set) var synced: UInt64 = 0
  /// The bytes that wait to be written.
  public internal(set) var waiting = 0

  let runtime: CacheRuntime
  var queue: [LogStep] = []
  var running: LogStep?
  /// The segments that are written, oldest first; the last may still be open for records.
  var runs: [SegmentRun] = []
  var isOpen = false
  var chunk: LogChunk?
  var spare: LogChunk?
  private var nextNumber: UInt32

  /// Creates the tail of a log whose newest segment so far is `lastSegment`.
  public init(shape: LogShape, lastSegment: UInt32, runtime: CacheRuntime) {
    self.shape = shape
    word = shape.word
    self.runtime = runtime
    nextNumber = lastSegment == .max ? .max : lastSegment + 1
  }

  /// The segment that takes records; `nil` where the next record starts one.
  public var openSegment: SegmentHeader? { isOpen ? runs.last?.header : nil }

  /// Whether the disk has something to do.
  public var hasWork: Bool { !queue.isEmpty }

  /// Where the next record of `footprint` bytes goes; `nil` when too much waits to be written, or
  /// segment numbers have run out.
  public mutating func place(footprint: Int) -> LogPlace? {
    guard waiting == 0 || waiting + footprint <= shape.backlog else { return nil }
    if isOpen, !fits(footprint) { seal() }
    if !isOpen { guard start() else { return nil } }
    if let chunk, !chunk.fits(footprint + Self.syncMark) { flush() }
    if chunk == nil { chunk = freshChunk(footprint + Self.syncMark) }
    if let end = runs[runs.count - 1].markDue { writeSyncMark(end) }
    guard let run = runs.last else { return nil }
    return LogPlace(segment: run.header.number, offset: run.end)
  }

  /// The bytes of a sync mark.
  private static let syncMark = FrameHead.footprint(ofBody: 8)

  private mutating func writeSyncMark(_ end: Int64) {
    let last = runs.count - 1
    runs[last].markDue = nil
    withUnsafeBytes(of: end.littleEndian) { body in
      let record = LogRecord(kind: FrameHead.syncKind, body)
      let salt = FrameHead.salt(identity: runs[last].header.identity, offset: runs[last].end)
      chunk?.append(record, salt: salt, mark: appended)
    }
    runs[last].end += Int64(Self.syncMark)
    waiting += Self.syncMark
  }

  /// Appends `record` at the place that ``place(footprint:)`` just returned; returns its mark.
  ///
  /// `entry` is what the footer says about it.
  @discardableResult
  public mutating func append(_ record: LogRecord, entry: UnsafeRawBufferPointer) -> UInt64 {
    guard isOpen, let chunk, chunk.fits(record.footprint) else { return appended }
    appended += 1
    let last = runs.count - 1
    let salt = FrameHead.salt(identity: runs[last].header.identity, offset: runs[last].end)
    chunk.append(record, salt: salt, mark: appended)
    runs[last].end += Int64(record.footprint)
    runs[last].lastMark = appended
    runs[last].footer.entries.append(contentsOf: entry)
    waiting += record.footprint
    return appended
  }

  /// Hands what was gathered to the disk.
  public mutating func flush() {
    guard let gathered = chunk.take() else { return }
    // A place may have been asked for and not used; an empty chunk knows only its old place.
    if gathered.count > 0 { queue.append(.write(gathered)) } else { spare = gathered }
  }

  /// Asks the disk to make everything appended so far durable.
  public mutating func sync() {
    flush()
    guard isOpen, let run = runs.last, run.syncedMark < run.lastMark else { return }
    queue.append(.sync(segment: run.header.number, mark: run.lastMark, end: run.end))
  }

  /// Finishes the open segment.
  public mutating func seal() {
    guard isOpen, let run = runs.last else { return }
    flush()
    isOpen = false
    queue.append(.seal(run))
  }

  /// Has the file of `segment` deleted after everything appended so far is safe.
  public mutating func remove(_ segment: UInt32) {
    if shape.syncs { sync() } else { flush() }
    queue.append(.remove(segment: segment))
  }

  /// Takes up a segment of an earlier run, which is cut to `end`, and goes on appending there.
  public mutating func resume(_ header: SegmentHeader, end: Int64, footer: SegmentFooter) {
    guard !isOpen, runs.isEmpty else { return }
    nextNumber = max(nextNumber, header.number == .max ? .max : header.number + 1)
    let run = SegmentRun(
      header: header, end: end, footer: footer, markBefore: appended, lastMark: appended,
      syncedMark: appended, syncedEnd: end, markDue: nil, entriesBefore: footer.count)
    runs.append(run)
    isOpen = true
  }

  /// The chunk that holds the record at `place`, while it is not written.
  public func chunk(holding place: LogPlace) -> LogChunk? {
    if let chunk, chunk.holds(place) { return chunk }
    if case .write(let chunk) = running, chunk.holds(place) { return chunk }
    for case .write(let chunk) in queue where chunk.holds(place) { return chunk }
    return nil
  }

  /// Everything before this place is in the files.
  public var unwritten: LogPlace {
    if case .write(let chunk) = running { return place(of: chunk) }
    for case .write(let chunk) in queue { return place(of: chunk) }
    if let chunk { return place(of: chunk) }
    if isOpen, let run = runs.last {
      return LogPlace(segment: run.header.number, offset: run.end)
    }
    return LogPlace(segment: nextNumber, offset: 0)
  }

  private func place(of chunk: LogChunk) -> LogPlace {
    LogPlace(segment: chunk.segment, offset: chunk.offset)
  }

  private func fits(_ footprint: Int) -> Bool {
    guard let run = runs.last, run.lastMark > run.markBefore || run.entriesBefore > 0 else {
      return true
    }
    let entries = run.footer.entries.count + shape.entrySize
    let footer = SegmentFooter.footprint(entries: entries)
    return Int(run.end) + Self.syncMark + footprint + footer <= shape.segmentSize
  }

  private mutating func start() -> Bool {
    guard nextNumber < .max else { return false }
    let header = SegmentHeader(
      kind: shape.kind, number: nextNumber, identity: runtime.random.next(),
      created: runtime.clock.coarseNow.nanoseconds, word: word, marksSyncs: shape.syncs)
    nextNumber += 1
    let run = SegmentRun(
      header: header, end: Int64(SegmentHeader.span),
      footer: SegmentFooter(entrySize: shape.entrySize), markBefore: appended,
      lastMark: appended, syncedMark: appended, syncedEnd: 0, markDue: nil, entriesBefore: 0)
    runs.append(run)
    queue.append(.create(header))
    isOpen = true
    return true
  }

  private mutating func freshChunk(_ footprint: Int) -> LogChunk? {
    guard let run = runs.last else { return nil }
    let fresh: LogChunk
    if let kept = spare, footprint <= kept.capacity {
      fresh = kept
      spare = nil
    } else {
      fresh = LogChunk(capacity: max(footprint, shape.chunkSize))
    }
    fresh.reset(segment: run.header.number, offset: run.end, mark: appended)
    return fresh
  }
}
