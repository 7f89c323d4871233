// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension Journal {
  /// Opens the journal in a directory, which is created where it is missing, and finds the entries
  /// that wait. Fails where another process has it, and where a newer release wrote it.
  public static func open(
    _ options: JournalOptions, disk: any Disk, runtime: CacheRuntime
  ) throws(JournalError) -> Journal {
    let lockFile: any DiskFile
    do throws(DiskError) {
      try disk.createDirectory(options.directory)
      lockFile = try disk.lock(options.directory + "/lock")
    } catch {
      throw .disk(error)
    }
    do throws(JournalError) {
      let journal = try load(options, disk, runtime, lockFile)
      journal.dropFinished(through: journal.keeper.backlog.withLock { $0.finished })
      return journal
    } catch {
      lockFile.close()
      throw error
    }
  }

  /// Looks at the journal in a directory, which another process may have: what it shows was right a
  /// moment ago, it takes nothing, and nothing in the directory is changed.
  public static func look(
    _ options: JournalOptions, disk: any Disk, runtime: CacheRuntime
  ) throws(JournalError) -> Journal {
    let journal = try load(options, disk, runtime, nil)
    journal.keeper.backlog.withLock { backlog in
      _ = backlog.finish(through: backlog.finished, open: nil)
      backlog.isClosed = true
    }
    return journal
  }

  /// Finds what is there; without a lock nothing is touched.
  private static func load(
    _ options: JournalOptions, _ disk: any Disk, _ runtime: CacheRuntime,
    _ lockFile: (any DiskFile)?
  ) throws(JournalError) -> Journal {
    let keeper = JournalKeeper(options: options, disk: disk, runtime: runtime)
    let last = try load(options, disk, keeper, isReadOnly: lockFile == nil)
    let shape = LogShape(
      kind: .journal, directory: options.directory, segmentSize: options.segmentSize,
      backlog: max(options.longestEntry + (8 << 20), 16 << 20), entrySize: JournalSlot.size,
      syncs: options.syncs, word: keeper.backlog.withLock { $0.lastSequence })
    let writer = LogWriter(
      shape: shape, lastSegment: last, disk: disk, runtime: runtime, observer: keeper)
    return Journal(options: options, keeper: keeper, writer: writer, lockFile: lockFile)
  }

  /// Reads every segment in order; returns the highest number in use.
  private static func load(
    _ options: JournalOptions, _ disk: any Disk, _ keeper: JournalKeeper, isReadOnly: Bool
  ) throws(JournalError) -> UInt32 {
    let names: [String]
    do throws(DiskError) { names = try disk.names(in: options.directory) } catch {
      throw .disk(error)
    }
    let numbers = names.compactMap(SegmentName.number).sorted()
    for number in numbers {
      let path = options.directory + "/" + SegmentName.name(number)
      do throws(SegmentError) {
        try load(path, number, disk, keeper)
      } catch {
        switch error {
        case .unknownVersion(let version): throw .unknownVersion(version, path: path)
        // Who has the directory may delete what is done at any moment.
        case .disk(let error) where isReadOnly && error.code == .notFound: continue
        case .disk(let error): throw .disk(error)
        case .foreign, .damaged:
          if !isReadOnly { try setAside(path, disk, keeper) }
        }
      }
    }
    return numbers.last ?? 0
  }

  private static func load(
    _ path: String, _ number: UInt32, _ disk: any Disk, _ keeper: JournalKeeper
  ) throws(SegmentError) {
    let file: any DiskFile
    do throws(DiskError) { file = try disk.open(path, .read) } catch { throw .disk(error) }
    defer { file.close() }
    let reader = try SegmentReader(file, kind: .journal)
    guard reader.header.number == number, number < .max, reader.header.word < highestSequence
    else { throw .foreign }
    keeper.backlog.withLock { backlog in
      backlog.lastSequence = max(backlog.lastSequence, reader.header.word)
      backlog.segments.append(
        JournalBacklog.Segment(header: reader.header, file: nil, lastSequence: 0))
    }
    do throws(DiskError) { try load(reader, number, keeper) } catch { throw .disk(error) }
  }

  private static func load(
    _ reader: SegmentReader, _ number: UInt32, _ keeper: JournalKeeper
  ) throws(DiskError) {
    var slots: [JournalSlot] = []
    var damaged: [Int64] = []
    var safeEnd: Int64 = 0
    if let footer = try reader.footer(entrySize: JournalSlot.size) {
      footer.entries.withUnsafeBytes { bytes in
        for offset in stride(from: 0, to: bytes.count, by: JournalSlot.size) {
          slots.append(bytes.loadUnaligned(fromByteOffset: offset, as: JournalSlot.self))
        }
      }
    } else {
      let scanner = try reader.scan { finding in
        switch finding {
        case .record(let head, let offset, let body):
          guard body.count >= 8, let start = body.baseAddress else { return }
          let place = LogPlace(segment: number, offset: offset)
          slots.append(
            JournalSlot(
              start.integer(at: 0), place, head.footprint, isEntry: head.kind == entryKind))
        case .damaged(_, let offset, _): damaged.append(offset)
        case .gap(let range): damaged.append(range.lowerBound)
        }
      }
      safeEnd = scanner.syncedEnd
    }
    keeper.backlog.withLock { backlog in
      // Behind the last sync mark a write was torn, and nobody had been told that it was safe.
      backlog.damaged += damaged.count { $0 < safeEnd }
      for slot in slots where slot.offset + Int64(slot.length) <= reader.size + 8 {
        take(slot, number, &backlog)
      }
    }
  }

  /// Nobody has ever appended so many.
  private static let highestSequence: UInt64 = 1 << 62

  private static func take(_ slot: JournalSlot, _ number: UInt32, _ backlog: inout JournalBacklog) {
    let sequence = UInt64(littleEndian: slot.sequence)
    guard sequence < highestSequence else {
      backlog.damaged += 1
      return
    }
    backlog.note(sequence, in: number)
    guard slot.isEntry else {
      backlog.finished = max(backlog.finished, sequence)
      backlog.lastSequence = max(backlog.lastSequence, sequence)
      return
    }
    guard sequence > backlog.lastSequence else { return }
    let place = LogPlace(segment: number, offset: slot.offset)
    backlog.add(
      JournalBacklog.Waiting(sequence: sequence, mark: 0, place: place, length: slot.length))
  }

  /// A file whose header cannot be read: nothing where it never had one, otherwise kept for whoever
  /// wants to look at it.
  private static func setAside(
    _ path: String, _ disk: any Disk, _ keeper: JournalKeeper
  ) throws(JournalError) {
    do throws(DiskError) {
      let file = try disk.open(path, .read)
      let size = try file.size
      file.close()
      if size <= SegmentHeader.span { return try disk.remove(path) }
      keeper.backlog.withLock { $0.damaged += 1 }
      try disk.rename(path, to: path + ".damaged")
    } catch {
      throw .disk(error)
    }
  }
}
