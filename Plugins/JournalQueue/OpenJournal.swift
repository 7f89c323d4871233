// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// The files of a queue that is open: the writes, the dead letters, and who the queue is.
struct OpenJournal: Sendable {
  let origin: String
  let writes: Journal
  let letters: LetterBox

  /// Opens all three, or nothing.
  static func open(
    _ shape: JournalOptions, disk: any Disk, runtime: CacheRuntime
  ) throws -> OpenJournal {
    let writes = try journal(shape, disk, runtime)
    do {
      var beside = shape
      beside.directory += "/letters"
      let letters = try LetterBox(journal(beside, disk, runtime))
      let origin = try QueueIdentity(directory: shape.directory, disk: disk).read(runtime.random)
      return OpenJournal(origin: origin, writes: writes, letters: letters)
    } catch {
      writes.close()
      throw error
    }
  }

  private static func journal(
    _ shape: JournalOptions, _ disk: any Disk, _ runtime: CacheRuntime
  ) throws -> Journal {
    do throws(JournalError) {
      return try Journal.open(shape, disk: disk, runtime: runtime)
    } catch {
      if case .disk(let cause) = error, cause.code == .locked {
        throw CacheError(
          .storeFailed, "'\(shape.directory)' is in use by another process", underlying: error)
      }
      throw CacheError(
        .storeFailed, "the journal in '\(shape.directory)' cannot be opened: \(error)",
        underlying: error)
    }
  }

  func close() {
    writes.close()
    letters.close()
  }
}

/// The file that says which queue this is, written once when the directory is made.
///
/// A sink remembers under it how far it has come, so two queues must never have the same.
struct QueueIdentity {
  private let directory: String
  private let disk: any Disk
  private var path: String { directory + "/origin" }

  init(directory: String, disk: any Disk) {
    self.directory = directory
    self.disk = disk
  }

  /// The identity; a new one is durable before this returns.
  func read(_ random: any CacheRandom) throws(DiskError) -> String {
    if let known = try known() { return known }
    let fresh = Self.hex(random.next()) + Self.hex(random.next())
    let file = try disk.open(path + ".new", .readWrite)
    defer { file.close() }
    try file.truncate(to: 0)
    try write(Array(fresh.utf8), to: file)
    try file.sync()
    try disk.rename(path + ".new", to: path)
    try disk.syncDirectory(directory)
    return fresh
  }

  private func write(_ bytes: [UInt8], to file: any DiskFile) throws(DiskError) {
    var done = 0
    while done < bytes.count {
      let written = bytes[done...].withUnsafeBytes { rest in
        Result { () throws(DiskError) in try file.write(rest, at: Int64(done)) }
      }
      done += try written.get()
    }
  }

  func known() throws(DiskError) -> String? {
    let file: any DiskFile
    do throws(DiskError) { file = try disk.open(path, .read) } catch {
      if error.code == .notFound { return nil }
      throw error
    }
    defer { file.close() }
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(DiskError) in try file.read(into: buffer, at: 0) }
    }
    return try count.get() == 32 ? String(decoding: bytes, as: UTF8.self) : nil
  }

  private static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
