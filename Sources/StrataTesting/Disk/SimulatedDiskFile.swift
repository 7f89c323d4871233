// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// An open file of a ``SimulatedDisk``.
final class SimulatedDiskFile: DiskFile {
  private let disk: SimulatedDisk
  private let file: Int
  private let path: String
  private let held: Lock<String?>
  private let isOpen = Lock(true)

  init(disk: SimulatedDisk, file: Int, path: String, lock: String?) {
    self.disk = disk
    self.file = file
    self.path = path
    held = Lock(lock)
  }

  deinit { close() }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(DiskError) -> Int {
    try mustBeOpen("read")
    return try disk.state.withLock { state throws(DiskError) in
      let fault = state.plan?(state.reads, .read)
      state.reads += 1
      if case .error(let code) = fault { throw DiskError(code, operation: "read", path: path) }
      let bytes = state.image.files[file]?.current ?? []
      guard offset >= 0, offset < bytes.count else { return 0 }
      var count = min(buffer.count, bytes.count - Int(offset))
      if fault == .short, count > 1 { count /= 2 }
      bytes.withUnsafeBytes { source in
        buffer.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[Int(offset)..<Int(offset) + count]))
      }
      return count
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskError) -> Int {
    try mustBeOpen("write")
    return try disk.state.perform(.write, path) { state, fault throws(DiskError) in
      try state.mayChange(path)
      guard offset >= 0 else { throw state.error(.failed, path) }
      let count = fault == .short && bytes.count > 1 ? bytes.count / 2 : bytes.count
      let size = state.image.files[file]?.current.count ?? 0
      let growth = max(0, Int(offset) + count - size)
      guard growth == 0 || state.image.usedBytes + growth <= state.capacity else {
        throw state.error(.full, path)
      }
      state.writtenBytes += count
      state.change(file, .write(offset: Int(offset), bytes: Array(bytes[0..<count])))
      return count
    }
  }

  func sync() throws(DiskError) {
    try mustBeOpen("sync")
    do throws(DiskError) {
      try disk.state.perform(.sync, path) { state throws(DiskError) in state.sync(file) }
    } catch {
      disk.state.withLock { state in state.image.files[file]?.pending = [] }
      throw error
    }
  }

  func truncate(to size: Int64) throws(DiskError) {
    try mustBeOpen("truncate")
    try disk.state.perform(.truncate, path) { state throws(DiskError) in
      try state.mayChange(path)
      state.change(file, .truncate(size: Int(max(0, size))))
    }
  }

  var size: Int64 {
    get throws(DiskError) {
      try mustBeOpen("size")
      return disk.state.withLock { Int64($0.image.files[file]?.current.count ?? 0) }
    }
  }

  func close() {
    let wasOpen = isOpen.withLock { isOpen in
      defer { isOpen = false }
      return isOpen
    }
    guard wasOpen else { return }
    let lock = held.withLock { $0.take() }
    disk.state.withLock { state in
      state.openFiles -= 1
      if let lock { state.locks.remove(lock) }
    }
  }

  private func mustBeOpen(_ operation: String) throws(DiskError) {
    guard isOpen.withLock({ $0 }) else {
      throw DiskError(.closed, operation: operation, path: path)
    }
  }
}
