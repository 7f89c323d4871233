// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// A queue on disk: what was appended is there until somebody says that it is done.
///
/// ```swift
/// let journal = try Journal.open(options, disk: disk, runtime: runtime)
/// try await journal.append([write])                    // returns when it is durable
/// for entry in try journal.read(after: done, limit: 100) { … }
/// journal.finish(through: last)                        // segments that are done are deleted
/// ```
///
/// Appends that come together share one sync. Entries have numbers that only grow, also across
/// restarts and failures; gaps are legal. Delivery is at least once: how far the reader has come is
/// itself only a record in the log, written without a sync. An append that throws
/// ``JournalError/disk(_:)`` is of unknown outcome: the entry is not delivered by this process, and
/// may be after a restart.
public final class Journal: Sendable {
  /// An entry that waits to be delivered.
  public struct Entry: Sendable, Hashable {
    /// Its number.
    public var sequence: UInt64
    /// What was appended.
    public var body: [UInt8]
  }

  static let entryKind: UInt16 = 1
  static let finishKind: UInt16 = 2

  let options: JournalOptions
  let keeper: JournalKeeper
  let writer: LogWriter
  private let lockFile: (any DiskFile)?

  init(
    options: JournalOptions, keeper: JournalKeeper, writer: LogWriter, lockFile: (any DiskFile)?
  ) {
    self.options = options
    self.keeper = keeper
    self.writer = writer
    self.lockFile = lockFile
  }

  /// Appends entries in order; returns their numbers once all are durable.
  @discardableResult
  public func append(_ bodies: [[UInt8]]) async throws(JournalError) -> [UInt64] {
    let (sequences, marks) = try stage(bodies)
    do throws(DiskError) { try await writer.commit(marks) } catch { throw .disk(error) }
    return sequences
  }

  /// The same on the calling thread, which waits for the disk.
  @discardableResult
  public func appendNow(_ bodies: [[UInt8]]) throws(JournalError) -> [UInt64] {
    let (sequences, marks) = try stage(bodies)
    do throws(DiskError) {
      for mark in marks { try writer.commitNow(mark) }
    } catch {
      throw .disk(error)
    }
    return sequences
  }

  /// The durable entries after `sequence`, oldest first: at most `limit`, and no more once they
  /// have `bytes` bytes together.
  public func read(
    after sequence: UInt64, limit: Int, bytes: Int = .max
  ) throws(JournalError) -> [Entry] {
    let safe = writer.tail.withLock { writer.syncs ? $0.synced : $0.written }
    let due = keeper.backlog.withLock { backlog in
      Array(backlog.waiting(after: sequence).lazy.filter { $0.mark <= safe }.prefix(limit))
    }
    var entries: [Entry] = []
    var total = 0
    for waiting in due where total < bytes {
      guard let body = try body(of: waiting) else { continue }
      entries.append(Entry(sequence: waiting.sequence, body: body))
      total += body.count
    }
    return entries
  }

  /// Says that every entry up to `sequence` is done.
  public func finish(through sequence: UInt64) {
    if keeper.backlog.withLock({ $0.isClosed }) { return }
    writer.tail.withLock { tail in
      withUnsafeBytes(of: sequence.littleEndian) { body in
        let record = LogRecord(kind: Self.finishKind, body)
        guard let place = tail.place(footprint: record.footprint) else { return }
        keeper.announce(tail.openSegment)
        tail.append(record, entry: JournalSlot(sequence, place, record.footprint, isEntry: false))
      }
      // Whoever looks from outside, or comes after a kill, should know; a sync is not worth it.
      tail.flush()
    }
    writer.drainUnlessBusy()
    dropFinished(through: sequence)
  }

  /// Deletes the segments in which every entry is done.
  func dropFinished(through sequence: UInt64) {
    let open = writer.tail.withLock { $0.openSegment?.number }
    let done = keeper.backlog.withLock { $0.finish(through: sequence, open: open) }
    guard !done.isEmpty else { return }
    writer.tail.withLock { tail in
      for segment in done { tail.remove(segment) }
    }
    writer.drainUnlessBusy()
  }

  /// What the journal holds.
  public var status: JournalStatus {
    keeper.backlog.withLock { backlog in
      var status = JournalStatus()
      status.lastSequence = backlog.lastSequence
      status.finishedSequence = backlog.finished
      status.waiting = backlog.waiting.count
      status.waitingBytes = backlog.bytes
      status.segments = backlog.segments.count
      status.damaged = backlog.damaged
      return status
    }
  }

  /// Finishes the open segment and lets the directory go.
  public func close() {
    let wasOpen = keeper.backlog.withLock { backlog in
      defer { backlog.isClosed = true }
      return !backlog.isClosed
    }
    guard wasOpen else { return }
    writer.tail.withLock { $0.seal() }
    writer.drain()
    lockFile?.close()
  }
}

extension Journal {
  /// Puts entries into the tail.
  private func stage(
    _ bodies: [[UInt8]]
  ) throws(JournalError) -> (sequences: [UInt64], marks: [UInt64]) {
    let size = bodies.reduce(0) { $0 + $1.count }
    guard bodies.allSatisfy({ $0.count <= options.longestEntry }) else { throw .tooLarge }
    let refusal = keeper.backlog.withLock { backlog -> JournalError? in
      if backlog.isClosed { return .closed }
      return backlog.bytes + size > options.capacity ? .full : nil
    }
    if let refusal { throw refusal }
    var sequences: [UInt64] = []
    var marks: [UInt64] = []
    for body in bodies {
      var staged = stage(body)
      if staged == nil {
        writer.drain()
        staged = stage(body)
      }
      guard let staged else { throw .full }
      sequences.append(staged.sequence)
      marks.append(staged.mark)
    }
    return (sequences, marks)
  }

  private func stage(_ body: [UInt8]) -> (sequence: UInt64, mark: UInt64)? {
    writer.tail.withLock { tail in
      let footprint = FrameHead.footprint(ofBody: 8 + body.count)
      guard let place = tail.place(footprint: footprint) else { return nil }
      keeper.announce(tail.openSegment)
      return keeper.backlog.withLock { backlog in
        let sequence = backlog.lastSequence + 1
        let mark = body.withUnsafeBytes { body in
          withUnsafeBytes(of: sequence.littleEndian) { head in
            let record = LogRecord(kind: Self.entryKind, head, body)
            return tail.append(
              record, entry: JournalSlot(sequence, place, footprint, isEntry: true))
          }
        }
        tail.word = sequence
        backlog.add(
          JournalBacklog.Waiting(sequence: sequence, mark: mark, place: place, length: footprint))
        return (sequence, mark)
      }
    }
  }

  /// The bytes of an entry; `nil` where they have decayed, which is counted and reported.
  private func body(of waiting: JournalBacklog.Waiting) throws(JournalError) -> [UInt8]? {
    guard let segment = keeper.backlog.withLock({ $0.segment(waiting.place.segment) }) else {
      return nil
    }
    do throws(DiskError) {
      guard let file = try keeper.file(of: segment) else { return nil }
      let start = waiting.place.offset
      let bytes = try file.bytes(start..<start + Int64(waiting.length))
      if let body = Self.body(in: bytes, segment.header.identity, waiting) { return body }
    } catch {
      throw .disk(error)
    }
    keeper.noteDamage(waiting)
    return nil
  }

  private static func body(
    in bytes: [UInt8], _ identity: UInt64, _ waiting: JournalBacklog.Waiting
  ) -> [UInt8]? {
    bytes.withUnsafeBytes { bytes in
      let salt = FrameHead.salt(identity: identity, offset: waiting.place.offset)
      guard let start = bytes.baseAddress, bytes.count >= FrameHead.size,
        let head = FrameHead(start, salt: salt), head.kind == entryKind, head.length >= 8,
        FrameHead.size + Int(head.length) <= bytes.count
      else { return nil }
      let body = UnsafeRawBufferPointer(start: start + FrameHead.size, count: Int(head.length))
      guard CRC32C.checksum(of: body) == head.checksum,
        (start + FrameHead.size).integer(UInt64.self, at: 0) == waiting.sequence
      else { return nil }
      return Array(body[8...])
    }
  }
}
