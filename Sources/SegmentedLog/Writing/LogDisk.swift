// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Carries out the steps of a ``LogTail`` on a disk.
struct LogDisk: Sendable {
  let disk: any Disk
  let shape: LogShape
  /// The files that are being written.
  var files: [UInt32: any DiskFile] = [:]
  /// The segments whose files could not be deleted yet. They go in order, and none goes before
  /// those in front of it: a newer record must not vanish while an older one of its key stands.
  var doomed: [UInt32] = []

  init(disk: any Disk, shape: LogShape) {
    self.disk = disk
    self.shape = shape
  }

  /// Carries out `step`.
  mutating func perform(_ step: consuming LogStep) -> Result<Void, DiskError> {
    do throws(DiskError) {
      switch consume step {
      case .create(let header): try create(header)
      case .write(let chunk): try write(chunk)
      case .sync(let segment, _, _): try sync(segment)
      case .seal(let run): try seal(run)
      case .remove(let segment):
        doomed.append(segment)
        try removeDoomed()
      }
      return .success(())
    } catch {
      return .failure(error)
    }
  }

  private func file(_ segment: UInt32) throws(DiskError) -> any DiskFile {
    guard let file = files[segment] else {
      throw DiskError(.closed, operation: "write", path: shape.path(segment))
    }
    return file
  }

  /// What stands before a chunk that failed is still to be sealed, if there is anything.
  private mutating func write(_ chunk: LogChunk) throws(DiskError) {
    do throws(DiskError) {
      try file(chunk.segment).writeAll(chunk.bytes, at: chunk.offset)
    } catch {
      if chunk.offset <= SegmentHeader.span { files[chunk.segment] = nil }
      throw error
    }
  }

  /// Never tried again: a second sync may succeed without having written what the first lost.
  private mutating func sync(_ segment: UInt32) throws(DiskError) {
    do throws(DiskError) {
      try file(segment).sync()
    } catch {
      files[segment] = nil
      throw error
    }
  }

  private mutating func create(_ header: SegmentHeader) throws(DiskError) {
    let path = shape.path(header.number)
    let file = try persist { () throws(DiskError) in try disk.open(path, .create) }
    do throws(DiskError) {
      try file.writeAll(header.bytes, at: 0)
      // A header that is durable before any record is: a longer file without one is damaged.
      if shape.syncs {
        try file.sync()
        try disk.syncDirectory(shape.directory)
      }
    } catch {
      file.close()
      try? disk.remove(path)
      throw error
    }
    files[header.number] = file
  }

  /// Records first, then the footer: one that survives a crash must not speak of records that did
  /// not. It only saves a scan, so it needs no sync of its own, and a full disk may refuse it. A
  /// failed sync is a failure.
  private mutating func seal(_ run: SegmentRun) throws(DiskError) {
    let file = try file(run.header.number)
    files[run.header.number] = nil
    if shape.syncs { try file.sync() }
    do throws(DiskError) {
      if try file.size > run.end { try file.truncate(to: run.end) }
      try file.writeAll(run.footer.bytes(identity: run.header.identity, at: run.end), at: run.end)
    } catch {
      try? file.truncate(to: run.end)
    }
  }

  private mutating func removeDoomed() throws(DiskError) {
    while let segment = doomed.first {
      do throws(DiskError) {
        try persist { () throws(DiskError) in try disk.remove(shape.path(segment)) }
      } catch {
        guard error.code == .notFound else { throw error }
      }
      doomed.removeFirst()
      if shape.syncs { try disk.syncDirectory(shape.directory) }
    }
  }
}
