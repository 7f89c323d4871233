// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Glibc
import StrataCore
import StrataSystem
import Testing

@Suite("System disk") struct SystemDiskTests {
  let disk = SystemDisk()

  @Test func `what is written is read back at its offset`() throws {
    try withDirectory { directory in
      let file = try disk.open("\(directory)/a", .create)
      try write([1, 2, 3, 4], to: file, at: 10)
      #expect(try file.size == 14)
      #expect(try read(file, 4, at: 10) == [1, 2, 3, 4])
      #expect(try read(file, 4, at: 12) == [3, 4])
      #expect(try read(file, 4, at: 14) == [])
      #expect(try read(file, 2, at: 0) == [0, 0])
      try file.sync()
      try file.truncate(to: 11)
      #expect(try file.size == 11)
    }
  }

  @Test func `each open mode does what it says`() throws {
    try withDirectory { directory in
      let path = "\(directory)/a"
      #expect(failure { _ = try disk.open(path, .read) } == .notFound)
      try write([7], to: try disk.open(path, .readWrite), at: 0)
      #expect(failure { _ = try disk.open(path, .create) } == .exists)
      #expect(try read(try disk.open(path, .readWrite), 1, at: 0) == [7])
      let readOnly = try disk.open(path, .read)
      #expect(failure { try write([1], to: readOnly, at: 0) } == .denied)
      #expect(try read(readOnly, 1, at: 0) == [7])
    }
  }

  @Test func `nobody but the owner may read what was created`() throws {
    try withDirectory { directory in
      try disk.createDirectory("\(directory)/d")
      _ = try disk.open("\(directory)/d/f", .create)
      var status = stat()
      #expect(stat("\(directory)/d", &status) == 0 && status.st_mode & 0o777 == 0o700)
      #expect(stat("\(directory)/d/f", &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  @Test func `directories are created with those above them and may exist`() throws {
    try withDirectory { directory in
      let deep = "\(directory)/x/y//z/"
      try disk.createDirectory(deep)
      try disk.createDirectory(deep)
      #expect(try disk.names(in: directory) == ["x"])
      #expect(try disk.names(in: deep) == [])
      _ = try disk.open("\(directory)/file", .create)
      #expect(failure { try disk.createDirectory("\(directory)/file") } == .exists)
      #expect(failure { try disk.createDirectory("\(directory)/file/d") } == .notFound)
    }
  }

  @Test func `names are sorted by their bytes`() throws {
    try withDirectory { directory in
      for name in ["b", "a", "é", "B", "a.1", "long-name-" + String(repeating: "n", count: 200)] {
        _ = try disk.open("\(directory)/\(name)", .create)
      }
      let names = try disk.names(in: directory)
      #expect(names.count == 6)
      #expect(names.prefix(4) == ["B", "a", "a.1", "b"])
      #expect(names.last == "é")
    }
  }

  @Test func `rename replaces and remove removes`() throws {
    try withDirectory { directory in
      try write([1], to: try disk.open("\(directory)/a", .create), at: 0)
      try write([2], to: try disk.open("\(directory)/b", .create), at: 0)
      try disk.rename("\(directory)/a", to: "\(directory)/b")
      try disk.syncDirectory(directory)
      #expect(try disk.names(in: directory) == ["b"])
      #expect(try read(try disk.open("\(directory)/b", .read), 1, at: 0) == [1])
      try disk.remove("\(directory)/b")
      #expect(failure { try disk.remove("\(directory)/b") } == .notFound)
      #expect(failure { try disk.rename("\(directory)/b", to: "\(directory)/c") } == .notFound)
      #expect(failure { try disk.syncDirectory("\(directory)/b") } == .notFound)
    }
  }

  @Test func `a closed file refuses every call`() throws {
    try withDirectory { directory in
      let file = try disk.open("\(directory)/a", .create)
      file.close()
      file.close()
      #expect(failure { try write([1], to: file, at: 0) } == .closed)
      #expect(failure { _ = try read(file, 1, at: 0) } == .closed)
      #expect(failure { try file.sync() } == .closed)
      #expect(failure { try file.truncate(to: 0) } == .closed)
      #expect(failure { _ = try file.size } == .closed)
    }
  }

  @Test func `closing while others read never reaches a stranger's descriptor`() async throws {
    let directory = try makeDirectory()
    defer { removeDirectory(directory) }
    for round in 0..<200 {
      let file = try disk.open("\(directory)/own", .readWrite)
      try write([1], to: file, at: 0)
      let strangers = await withTaskGroup(of: Int.self) { group in
        for _ in 0..<2 {
          group.addTask {
            var strangers = 0
            while let byte = try? read(file, 1, at: 0) {
              strangers += byte == [1] ? 0 : 1
              await Task.yield()  // or the readers keep the closer off a small machine
            }
            return strangers
          }
        }
        group.addTask {
          file.close()
          // Takes the number that was just set free, if the system hands it out again.
          let other = try? SystemDisk().open("\(directory)/other\(round)", .create)
          return (try? other.map { try write([9], to: $0, at: 0) }) == nil ? 1 : 0
        }
        return await group.reduce(0, +)
      }
      #expect(strangers == 0)
    }
  }

  @Test func `a lock keeps everyone else out until it is closed`() throws {
    try withDirectory { directory in
      let path = "\(directory)/lock"
      let held = try disk.lock(path)
      #expect(failure { _ = try disk.lock(path) } == .locked)
      held.close()
      let again = try disk.lock(path)
      try disk.remove(path)
      // Another file now: its lock is free although the old one is still held.
      let fresh = try disk.lock(path)
      again.close()
      #expect(failure { _ = try disk.lock(path) } == .locked)
      fresh.close()
    }
  }

  @Test func `errors carry the operation, the path and the number`() throws {
    try withDirectory { directory in
      let error = #expect(throws: DiskError.self) {
        _ = try disk.open("\(directory)/missing", .read)
      }
      #expect(error?.operation == "open")
      #expect(error?.path == "\(directory)/missing")
      #expect(error?.number == ENOENT)
      #expect(failure { _ = try disk.open("\(directory)/a\0b", .create) } == .failed)
      #expect(failure { _ = try disk.names(in: "\(directory)/none") } == .notFound)
      let file = try disk.open("\(directory)/a", .create)
      #expect(failure { _ = try read(file, 1, at: -1) } == .failed)
      #expect(failure { try file.truncate(to: -1) } == .failed)
    }
  }

  @Test func `a full device is told apart`() throws {
    let full = try disk.open("/dev/full", .readWrite)
    #expect(failure { try write([1], to: full, at: 0) } == .full)
  }
}

private func failure(_ body: () throws -> Void) -> DiskError.Code? {
  do { try body() } catch { return (error as? DiskError)?.code }
  return nil
}

private func write(_ bytes: [UInt8], to file: any DiskFile, at offset: Int64) throws {
  let count = try bytes.withUnsafeBytes { try file.write($0, at: offset) }
  #expect(count == bytes.count)
}

private func read(_ file: any DiskFile, _ count: Int, at offset: Int64) throws -> [UInt8] {
  var bytes = [UInt8](repeating: 0xff, count: count)
  let read = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
  return Array(bytes.prefix(read))
}

private func makeDirectory() throws -> String {
  var template = Array("/tmp/strata-disk-XXXXXX".utf8CString)
  let directory = try #require(mkdtemp(&template))
  return String(cString: directory)
}

private func removeDirectory(_ path: String) {
  let disk = SystemDisk()
  for name in (try? disk.names(in: path)) ?? [] {
    if (try? disk.remove("\(path)/\(name)")) == nil { removeDirectory("\(path)/\(name)") }
  }
  rmdir(path)
}

private func withDirectory(_ body: (String) throws -> Void) throws {
  let directory = try makeDirectory()
  defer { removeDirectory(directory) }
  try body(directory)
}
