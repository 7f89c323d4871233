// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import Synchronization

/// What a file store knows: its index, its segments, its clears and debts; and what it is told
/// about the disk.
final class FileCatalog: LogObserver {
  let shape: FileShape
  let runtime: CacheRuntime
  let disk: any Disk
  let name: String
  let index = FileIndex()
  let clears = ClearList()
  let debts = FileDebts()
  let counters = FileCounters()
  /// The segments that were given up as a whole and whose files can go.
  private let abandoned = Lock<[UInt32]>([])
  private let failingUntil = Atomic<Int64>(0)

  init(shape: FileShape, name: String, disk: any Disk, runtime: CacheRuntime) {
    self.shape = shape
    self.disk = disk
    self.name = name
    self.runtime = runtime
  }

  /// Whether the disk failed a moment ago and is left alone.
  func isFailing(at now: Timestamp) -> Bool {
    now.nanoseconds < failingUntil.load(ordering: .relaxed)
  }

  /// Takes the segments whose files can go.
  func takeAbandoned() -> [UInt32] {
    abandoned.withLock { abandoned in
      defer { abandoned = [] }
      return abandoned
    }
  }

  // MARK: Open files

  /// The file of a segment, opened again if it was closed to spare descriptors.
  func file(of number: UInt32) throws(DiskError) -> (any DiskFile)? {
    let table = index.segments
    guard let entry = table[number] else { return nil }
    if let file = entry.file { return file }
    spareDescriptors()
    let file = try open(shape.directory + "/" + SegmentName.name(number))
    index.publish { table in
      guard let entry = table[number], entry.file == nil else { return table }
      return table.adding(SegmentTable.Entry(segment: entry.segment, file: file))
    }
    return file
  }

  private func open(_ path: String) throws(DiskError) -> any DiskFile {
    do throws(DiskError) {
      return try disk.open(path, .read)
    } catch {
      guard error.code == .tooManyFiles else { throw error }
      releaseFiles()
      return try disk.open(path, .read)
    }
  }

  /// Makes room for one more open file.
  private func spareDescriptors() {
    let open = index.segments.entries.count { $0.file != nil }
    if open >= shape.openFiles { releaseFiles() }
  }

  /// Lets go of every file but the newest, which may be the one that is written.
  func releaseFiles() {
    index.publish { table in
      let newest = table.entries.last?.segment.number
      return SegmentTable(
        table.entries.map { entry in
          let keeps = entry.segment.number == newest
          return SegmentTable.Entry(segment: entry.segment, file: keeps ? entry.file : nil)
        })
    }
  }

  // MARK: What the disk did

  func logCreated(_ header: SegmentHeader, file: any DiskFile) {
    spareDescriptors()
    index.publish { table in
      let segment = table[header.number]?.segment ?? Segment(header, size: shape.segmentSize)
      return table.adding(SegmentTable.Entry(segment: segment, file: file))
    }
  }

  func logSealed(_ segment: UInt32, size: Int64) {
    index.segments[segment]?.segment.size.store(Int(size), ordering: .relaxed)
  }

  func logRemoved(_ segment: UInt32, error: DiskError?) {
    if let error { report("segment not removed", error) }
  }

  func logLost(_ loss: LogLoss) {
    let slots = IndexSlot.slots(in: loss.entries)
    counters.writeFailures.add(1, ordering: .relaxed)
    counters.lost.add(slots.count, ordering: .relaxed)
    for slot in slots { forget(slot) }
    if loss.offset <= Int64(SegmentHeader.span) {
      index.publish { $0.removing(loss.segment) }
      abandoned.withLock { $0.append(loss.segment) }
    }
    let until = runtime.clock.now + shape.retryAfter
    failingUntil.store(until.nanoseconds, ordering: .relaxed)
    report("records lost", loss.error)
  }

  private func forget(_ slot: IndexSlot) {
    switch slot.kind {
    case .value: if index.remove(slot.digest, at: slot.logPlace) { debts.owe(slot.digest) }
    case .tombstone: if index.slot(slot.digest) == nil { debts.owe(slot.digest) }
    case .clear:
      let place = LogPlace(packed: slot.digest)
      for note in clears.all where note.before == place { debts.owe(note) }
    case nil: break
    }
  }

  /// Notes that the disk did not answer a read.
  func readFailed(_ error: DiskError) {
    counters.readFailures.add(1, ordering: .relaxed)
    report("record not read", error)
  }

  func report(_ message: String, _ error: DiskError) {
    runtime.reporter.report(
      CacheReport(
        .warning, message, source: name, details: [("disk", error.description)]))
  }
}

extension IndexSlot {
  /// The slots in a footer's entries.
  static func slots(in entries: [UInt8]) -> [IndexSlot] {
    let count = entries.count / size
    return [IndexSlot](unsafeUninitializedCapacity: count) { buffer, filled in
      entries.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[0..<count * size]))
      }
      filled = count
    }
  }
}
