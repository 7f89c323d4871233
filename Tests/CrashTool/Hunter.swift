// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import FileStore
import Glibc
import SegmentedLog
import StrataCore
import StrataSystem

/// Starts victims, kills them, and holds what is left against what they acknowledged.
final class Hunter {
  private let directory: String
  private var random: UInt64
  private let seed: UInt64
  /// The newest acknowledged change of each key: its serial, and whether it was a removal.
  private var keys: [UInt64: (serial: UInt64, isRemoved: Bool)] = [:]
  /// The newest removal of each key that was begun.
  private var removing: [UInt64: UInt64] = [:]
  /// The acknowledged entries of the journal: the serial of each.
  private var entries: [UInt64: UInt64] = [:]
  /// The newest acknowledged write of each row.
  private var rows: [UInt64: UInt64] = [:]
  private var finished: UInt64 = 0
  private var serial: UInt64 = 0
  private(set) var acknowledged = 0

  init(seed: UInt64) throws {
    self.seed = seed
    random = seed
    directory = "/tmp/strata-crash-\(getpid())"
    guard mkdir(directory, 0o700) == 0 else { throw CrashToolError(text: "no \(directory)") }
  }

  /// Kills `count` victims; returns how many broken promises were found.
  func run(_ count: Int) async throws -> Int {
    var failures = 0
    for round in 0..<count {
      try hunt()
      failures += try await inspect(round)
    }
    try clean()
    return failures
  }

  private func below(_ bound: UInt64) -> UInt64 {
    random = random &* 0x5851_F42D_4C95_7F2D &+ 0x1405_7B7E_F767_814F
    return (random >> 33) % bound
  }

  /// Lets one victim live for a few milliseconds.
  private func hunt() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw CrashToolError(text: "no pipe") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    defer { posix_spawn_file_actions_destroy(&actions) }
    let words = ["/proc/self/exe", "victim", directory, "\(serial)", "\(below(1 << 30))"]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    guard posix_spawn(&child, "/proc/self/exe", &actions, nil, &arguments, environ) == 0 else {
      throw CrashToolError(text: "no victim")
    }
    close(ends[1])
    // Some die while they start, most while they work.
    usleep(below(5) == 0 ? UInt32(below(12_000)) : UInt32(8_000 + below(50_000)))
    kill(child, SIGKILL)
    read(ends[0])
    close(ends[0])
    waitpid(child, nil, 0)
  }

  private func read(_ pipe: Int32) {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(pipe, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    for start in stride(from: 0, to: bytes.count - Note.size + 1, by: Note.size) {
      if let note = Note(bytes[start..<start + Note.size]) { take(note) }
    }
  }

  private func take(_ note: Note) {
    if note.kind != .removing, note.kind != .finishing { acknowledged += 1 }
    serial = max(serial, note.serial)
    switch note.kind {
    case .stored: keys[note.key] = (note.serial, false)
    case .removed: keys[note.key] = (note.serial, true)
    case .journaled: entries[note.key] = note.serial
    case .finishing: finished = max(finished, note.key)
    case .removing: removing[note.key] = note.serial
    case .written: rows[note.key] = note.serial
    }
  }

  // MARK: What is left

  private func inspect(_ round: Int) async throws -> Int {
    let runtime = CacheRuntime.live()
    var failures = 0
    func fail(_ text: String) {
      failures += 1
      print("seed \(seed), kill \(round): \(text)")
    }
    let store = try await openStore(directory, runtime)
    for number in 0..<keyCount {
      let found = try await store.get(.one(key(number)))
      judge(number, found[0].content, fail)
    }
    await store.close()
    let journal = try openJournal(directory, runtime)
    let left = try journal.read(after: 0, limit: .max)
    var missing = entries.filter { $0.key > finished }
    for entry in left {
      let serial = self.serial(of: entry.body)
      self.serial = max(self.serial, serial)
      if entry.body != word(serial) + value(of: serial) { fail("entry \(entry.sequence) is wrong") }
      if let expected = missing.removeValue(forKey: entry.sequence), expected != serial {
        fail("entry \(entry.sequence) is another")
      }
    }
    for (sequence, _) in missing { fail("entry \(sequence) is lost") }
    entries = entries.filter { $0.key > finished }
    journal.close()
    let found = try await Rows.settled(directory, runtime)
    for (row, promised) in rows where found[row, default: 0] < promised {
      fail("row \(row): serial \(found[row, default: 0]) after \(promised)")
    }
    rows = found
    serial = max(serial, found.values.max() ?? 0)
    serial += 64
    return failures
  }

  private func judge(_ number: UInt64, _ content: StoredContent?, _ fail: (String) -> Void) {
    let promise = keys[number]
    guard case .sealed(let bytes)? = content else {
      // A removal that was under way may have come through without anybody being told.
      let begun = removing[number] ?? 0
      if let promise, !promise.isRemoved, begun < promise.serial {
        fail("key \(number): serial \(promise.serial) is lost")
      }
      keys[number] = (max(begun, promise?.serial ?? 0), true)
      return
    }
    let serial = serial(of: bytes)
    self.serial = max(self.serial, serial)
    if bytes != word(serial) + value(of: serial) { fail("key \(number) is wrong") }
    if let promise, serial < promise.serial {
      fail("key \(number): serial \(serial) after \(promise.serial)")
    }
    keys[number] = (serial, false)
  }

  private func serial(of bytes: [UInt8]) -> UInt64 {
    bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func clean() throws {
    let disk = SystemDisk()
    for folder in ["/store", "/journal", "/outbox/letters", "/outbox", ""] {
      let path = directory + folder
      for name in try disk.names(in: path) { try disk.remove(path + "/" + name) }
      rmdir(path)
    }
  }
}

struct CrashToolError: Error {
  let text: String
}
