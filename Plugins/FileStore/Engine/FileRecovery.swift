// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import Synchronization

/// Opens a directory: takes its lock, reads what is there, and builds the index.
///
/// A snapshot that fits makes that immediate. Otherwise segments are read in order of their
/// numbers, from their footers or, where a crash left none, record by record, and each record does
/// to the index what it did when it was written.
struct FileRecovery {
  /// A segment file that has been opened.
  private struct Found {
    var reader: SegmentReader
    var segment: Segment
  }

  private let catalog: FileCatalog
  private let disk: any Disk

  /// Opens the directory of `shape`, which is created where it is missing.
  static func open(
    _ shape: FileShape, name: String, disk: any Disk, runtime: CacheRuntime
  ) throws(DiskError) -> FileEngine {
    let catalog = FileCatalog(shape: shape, name: name, disk: disk, runtime: runtime)
    try disk.createDirectory(shape.directory)
    let lockFile = try disk.lock(shape.directory + "/lock")
    do throws(DiskError) {
      return try FileRecovery(catalog: catalog, disk: disk).engine(lockFile)
    } catch {
      lockFile.close()
      throw error
    }
  }

  private var shape: FileShape { catalog.shape }

  private func engine(_ lockFile: any DiskFile) throws(DiskError) -> FileEngine {
    let (found, last) = try segments()
    let seed = found.last?.segment.header.word ?? catalog.runtime.random.next()
    let ours = found.filter { $0.segment.header.word == seed }
    catalog.index.publish { _ in
      SegmentTable(
        ours.map { SegmentTable.Entry(segment: $0.segment, file: $0.reader.file) })
    }
    let sizes = Dictionary(
      uniqueKeysWithValues: ours.map { ($0.segment.number, $0.reader.size) })
    if !IndexSnapshot.load(into: catalog, seed: seed, sizes: sizes, on: disk) {
      for segment in ours { try replay(segment) }
    }
    try? disk.remove(shape.directory + "/" + IndexSnapshot.name)
    let writer = LogWriter(
      shape: logShape(seed), lastSegment: last, disk: disk, runtime: catalog.runtime,
      observer: catalog)
    if let tail = ours.last { resume(tail, writer) }
    return FileEngine(
      catalog: catalog, writer: writer, disk: disk, seed: seed, lockFile: lockFile)
  }

  private func logShape(_ seed: UInt64) -> LogShape {
    LogShape(
      kind: .store, directory: shape.directory, segmentSize: shape.segmentSize,
      chunkSize: shape.chunkSize, backlog: max(8 << 20, shape.chunkSize * 2),
      entrySize: IndexSlot.size, syncs: shape.durability != .none, word: seed)
  }

  /// The readable segments, and the highest number in use. Files that cannot be read are removed: a
  /// record in them must not come back when a later release can read them again.
  private func segments() throws(DiskError) -> (found: [Found], last: UInt32) {
    var found: [Found] = []
    var last: UInt32 = 0
    let numbers = try disk.names(in: shape.directory).compactMap(SegmentName.number).sorted()
    for number in numbers {
      let path = shape.directory + "/" + SegmentName.name(number)
      do throws(SegmentError) {
        let reader = try open(path)
        guard reader.header.number == number, number < .max else { throw .foreign }
        last = number
        let segment = Segment(reader.header, size: Int(reader.size))
        found.append(Found(reader: reader, segment: segment))
      } catch {
        if case .disk(let error) = error, error.code != .notFound { throw error }
        catalog.counters.unreadableFiles.add(1, ordering: .relaxed)
        try? disk.remove(path)
      }
    }
    return (found, last)
  }

  private func open(_ path: String) throws(SegmentError) -> SegmentReader {
    let file: any DiskFile
    do throws(DiskError) { file = try disk.open(path, .readWrite) } catch { throw .disk(error) }
    return try SegmentReader(file, kind: .store)
  }

  // MARK: Replay

  private func replay(_ found: Found) throws(DiskError) {
    let entries = try SegmentEntries(found.reader)
    for slot in entries.slots { try apply(slot, found) }
    catalog.counters.damaged.add(entries.damaged, ordering: .relaxed)
  }

  private func apply(_ slot: IndexSlot, _ found: Found) throws(DiskError) {
    switch slot.kind {
    case .value:
      if slot.isExpired(at: catalog.runtime.clock.coarseNow) {
        catalog.index.remove(slot.digest)
      } else {
        catalog.index.set(slot)
      }
    case .tombstone: catalog.index.remove(slot.digest)
    case .clear: try noteClear(slot, found)
    case nil: break
    }
  }

  private func noteClear(_ slot: IndexSlot, _ found: Found) throws(DiskError) {
    if slot.length == 0 {
      let note = ClearList.Note(prefix: [], before: slot.logPlace)
      catalog.clears.add([], before: slot.logPlace)
      return catalog.debts.owe(note)
    }
    let start = slot.logPlace.offset + Int64(FrameHead.size + FileRecord.prefix)
    let head = try found.reader.file.bytes(
      slot.logPlace.offset..<slot.logPlace.offset + Int64(slot.length))
    let salt = FrameHead.salt(
      identity: found.segment.header.identity, offset: slot.logPlace.offset)
    let frame = head.withUnsafeBytes { bytes in
      bytes.count == slot.length ? bytes.baseAddress.flatMap { FrameHead($0, salt: salt) } : nil
    }
    // A clear that cannot be read might have concerned anything.
    var prefix: [UInt8] = []
    if let frame {
      prefix = try found.reader.file.bytes(start..<start + Int64(frame.tag))
    }
    catalog.clears.add(prefix, before: LogPlace(packed: slot.digest))
  }

  // MARK: The open end

  /// Goes on in the last segment where there is room, so that many short runs do not leave many
  /// small files.
  private func resume(_ found: Found, _ writer: LogWriter) {
    guard found.reader.size < Int64(shape.segmentSize / 2),
      found.segment.header.version == SegmentHeader.currentVersion,
      let entries = try? SegmentEntries(found.reader)
    else { return }
    let file = found.reader.file
    do throws(DiskError) { try file.truncate(to: entries.end) } catch { return }
    var footer = SegmentFooter(entrySize: IndexSlot.size)
    for slot in entries.slots { withUnsafeBytes(of: slot) { footer.entries += $0 } }
    found.segment.size.store(shape.segmentSize, ordering: .relaxed)
    writer.resume(found.segment.header, file: file, end: entries.end, footer: footer)
  }
}
