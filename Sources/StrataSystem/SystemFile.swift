// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif
private import Synchronization
internal import StrataCore

/// An open POSIX file.
///
/// Calls count themselves in and out, and the descriptor is closed by whoever is last: a read that
/// races with ``close()`` must never reach a descriptor that the system has given away again.
final class SystemFile: DiskFile {
  private static let closed = 1 << 40

  private let descriptor: Int32
  private let path: String
  /// How many calls are inside, plus ``closed`` once the file is.
  private let users = Atomic(0)

  init(_ descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close() }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(DiskError) -> Int {
    try enter("read")
    defer { leave() }
    let count = uninterrupted { pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
    guard count >= 0 else { throw .last("read", path) }
    return count
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskError) -> Int {
    try enter("write")
    defer { leave() }
    let count = uninterrupted { pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset)) }
    guard count >= 0 else { throw .last("write", path) }
    return count
  }

  func sync() throws(DiskError) {
    #if os(Linux)
      try enter("sync")
      defer { leave() }
      guard uninterrupted({ fdatasync(descriptor) }) == 0 else { throw .last("sync", path) }
    #else
      try syncAll("sync")
    #endif
  }

  /// Makes data and metadata durable. Never repeated after a failure: a second call would report
  /// success for pages that the system has already thrown away.
  func syncAll(_ operation: String) throws(DiskError) {
    try enter(operation)
    defer { leave() }
    #if !os(Linux)
      // Darwin's fsync stops at the drive's cache.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    guard uninterrupted({ fsync(descriptor) }) == 0 else { throw .last(operation, path) }
  }

  func truncate(to size: Int64) throws(DiskError) {
    try enter("truncate")
    defer { leave() }
    guard uninterrupted({ ftruncate(descriptor, off_t(size)) }) == 0 else {
      throw .last("truncate", path)
    }
  }

  var size: Int64 {
    get throws(DiskError) {
      try enter("size")
      defer { leave() }
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw .last("size", path) }
      return Int64(status.st_size)
    }
  }

  func close() {
    let before = users.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing).oldValue
    if before == 0 { closeDescriptor() }
  }

  /// Takes the kernel's exclusive lock on the file, or fails with `.locked`.
  func lockExclusively() throws(DiskError) {
    try enter("lock")
    defer { leave() }
    guard uninterrupted({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 else {
      throw .last("lock", path)
    }
  }

  /// Whether `path` names this very file.
  func isStill(at path: String) -> Bool {
    var own = stat()
    var there = stat()
    guard fstat(descriptor, &own) == 0, stat(path, &there) == 0 else { return false }
    return own.st_ino == there.st_ino && own.st_dev == there.st_dev
  }

  /// Nobody gets in once the file is closed, so the count reaches ``closed`` exactly once.
  private func enter(_ operation: String) throws(DiskError) {
    var count = users.load(ordering: .relaxed)
    while count & Self.closed == 0 {
      let (entered, seen) = users.weakCompareExchange(
        expected: count, desired: count + 1, ordering: .acquiring)
      if entered { return }
      count = seen
    }
    throw DiskError(.closed, operation: operation, path: path)
  }

  private func leave() {
    let count = users.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
    if count == Self.closed { closeDescriptor() }
  }

  private func closeDescriptor() {
    // On Linux the descriptor is gone even when a signal interrupts the call: never repeat it.
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #elseif canImport(Musl)
      _ = Musl.close(descriptor)
    #else
      _ = Darwin.close(descriptor)
    #endif
  }
}
