// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Files: the door through which all persistence goes.
///
/// Calls are synchronous: a read of what the page cache holds takes well under a microsecond, and
/// a hop to another thread costs ten. Whoever expects to block (a sync, a large write) brings its
/// own task.
public protocol Disk: AnyObject, Sendable {
  /// Opens the file at `path`.
  func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile
  /// Creates the directory at `path` with those above it. An existing one is fine.
  func createDirectory(_ path: String) throws(DiskError)
  /// The names in the directory at `path`, sorted.
  func names(in path: String) throws(DiskError) -> [String]
  /// Renames a file, replacing what stands at `target`; atomic.
  func rename(_ path: String, to target: String) throws(DiskError)
  /// Removes the file at `path`.
  func remove(_ path: String) throws(DiskError)
  /// Makes creations, renames and removals in the directory at `path` durable.
  func syncDirectory(_ path: String) throws(DiskError)
  /// Takes the exclusive lock file at `path` until the result is closed, or fails with `.locked`.
  func lock(_ path: String) throws(DiskError) -> any DiskFile
}

/// How a file is opened.
public enum DiskOpenMode: Hashable, Sendable {
  /// For reading; it must exist.
  case read
  /// For reading and writing; created where it is missing.
  case readWrite
  /// For reading and writing; must not exist yet.
  case create
}

/// An open file. Reads may run concurrently with each other and with one writer.
public protocol DiskFile: AnyObject, Sendable {
  /// Reads up to `buffer.count` bytes at `offset`; returns how many, 0 at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(DiskError) -> Int
  /// Writes up to `bytes.count` bytes at `offset`; returns how many (a short write is legal).
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskError) -> Int
  /// Makes all that was written durable. After a failure nothing unsynced may be trusted.
  func sync() throws(DiskError)
  /// Cuts or extends the file to `size` bytes.
  func truncate(to size: Int64) throws(DiskError)
  /// The size in bytes.
  var size: Int64 { get throws(DiskError) }
  /// Closes the file. Further calls fail with `.closed`.
  func close()
}

/// Why a disk operation failed.
public struct DiskError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure that callers tell apart.
  public enum Code: String, Hashable, Sendable {
    /// Nothing stands at the path.
    case notFound
    /// Something stands at the path already.
    case exists
    /// The file system or directory may not be written.
    case readOnly
    /// The file system is full, or a quota is.
    case full
    /// The process may not.
    case denied
    /// Another process holds the lock.
    case locked
    /// Too many files are open.
    case tooManyFiles
    /// The call was interrupted; it may be repeated.
    case interrupted
    /// The file was closed before.
    case closed
    /// The device failed, or anything else.
    case failed
  }

  /// The kind of failure.
  public var code: Code
  /// What was tried: `write`, `sync`, `open`.
  public var operation: String
  /// The path, where one was involved.
  public var path: String
  /// The system's error number, 0 where there is none.
  public var number: Int32

  /// Creates an error.
  public init(_ code: Code, operation: String, path: String = "", number: Int32 = 0) {
    self.code = code
    self.operation = operation
    self.path = path
    self.number = number
  }

  /// What failed, where, and why.
  public var description: String {
    let place = path.isEmpty ? "" : " '\(path)'"
    let suffix = number == 0 ? "" : " (errno \(number))"
    return "\(operation)\(place): \(code.rawValue)\(suffix)"
  }
}
