// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif
public import StrataCore

/// The live disk: POSIX files.
///
/// What it creates only the owner may read (0600, directories 0700): a cache holds other people's
/// data. Every descriptor closes on `exec`. Calls that a signal interrupts are repeated here.
public final class SystemDisk: Disk {
  /// Creates the door.
  public init() {}

  /// Opens the file at `path`.
  public func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
    let flags =
      switch mode {
      case .read: O_RDONLY
      case .readWrite: O_RDWR | O_CREAT
      case .create: O_RDWR | O_CREAT | O_EXCL
      }
    return SystemFile(try descriptor(path, flags, "open"), path: path)
  }

  /// Creates the directory at `path` with those above it.
  public func createDirectory(_ path: String) throws(DiskError) {
    try check(path, "createDirectory")
    if mkdir(path, 0o700) == 0 { return }
    switch errno {
    case EEXIST where isDirectory(path): return
    case ENOENT:
      guard let parent = Self.parent(of: path) else { throw .last("createDirectory", path) }
      try createDirectory(parent)
      guard mkdir(path, 0o700) == 0 || (errno == EEXIST && isDirectory(path)) else {
        throw .last("createDirectory", path)
      }
    default: throw .last("createDirectory", path)
    }
  }

  /// The names in the directory at `path`, sorted by their bytes.
  public func names(in path: String) throws(DiskError) -> [String] {
    try check(path, "names")
    guard let directory = opendir(path) else { throw .last("names", path) }
    defer { closedir(directory) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(directory) {
      let name = Self.name(of: entry)
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw .last("names", path) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Renames a file, replacing what stands at `target`.
  public func rename(_ path: String, to target: String) throws(DiskError) {
    try check(path, "rename")
    try check(target, "rename")
    guard Self.renamePath(path, target) == 0 else { throw .last("rename", path) }
  }

  /// Removes the file at `path`.
  public func remove(_ path: String) throws(DiskError) {
    try check(path, "remove")
    guard unlink(path) == 0 else { throw .last("remove", path) }
  }

  /// Makes creations, renames and removals in the directory at `path` durable.
  public func syncDirectory(_ path: String) throws(DiskError) {
    let file = SystemFile(
      try descriptor(path, O_RDONLY | O_DIRECTORY, "syncDirectory"), path: path)
    defer { file.close() }
    try file.syncAll("syncDirectory")
  }

  /// Takes the exclusive lock file at `path` until the result is closed.
  ///
  /// The lock is the kernel's (`flock`): it goes with the process, however that ends, and keeps out
  /// a second holder in the same process too. Network file systems may not honour it. A file that
  /// was removed or replaced between opening and locking guards nothing, so it is opened again.
  public func lock(_ path: String) throws(DiskError) -> any DiskFile {
    while true {
      let file = SystemFile(try descriptor(path, O_RDWR | O_CREAT, "lock"), path: path)
      do throws(DiskError) {
        try file.lockExclusively()
        if file.isStill(at: path) { return file }
        file.close()
      } catch {
        file.close()
        throw error
      }
    }
  }
}

extension SystemDisk {
  private func descriptor(
    _ path: String, _ flags: Int32, _ operation: String
  ) throws(DiskError) -> Int32 {
    try check(path, operation)
    let descriptor = uninterrupted { Self.openPath(path, flags | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .last(operation, path) }
    return descriptor
  }

  /// C would silently cut a path at its first NUL and touch another file.
  private func check(_ path: String, _ operation: String) throws(DiskError) {
    if path.utf8.contains(0) { throw .system(EINVAL, operation, path) }
  }

  private func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func parent(of path: String) -> String? {
    var bytes = Substring(path)
    while bytes.count > 1 && bytes.last == "/" { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: "/"), slash != bytes.startIndex else { return nil }
    return String(bytes[..<slash])
  }

  /// Reads the name in place: a copy of the whole field may reach past the record's end.
  private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
    let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
    let name = UnsafeRawPointer(entry) + offset
    return String(cString: name.assumingMemoryBound(to: CChar.self))
  }

  // Inside the class these names would mean its own methods.
  private static func openPath(_ path: String, _ flags: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.open(path, flags, 0o600)
    #elseif canImport(Musl)
      Musl.open(path, flags, 0o600)
    #else
      Darwin.open(path, flags, 0o600)
    #endif
  }

  private static func renamePath(_ path: String, _ target: String) -> Int32 {
    #if canImport(Glibc)
      Glibc.rename(path, target)
    #elseif canImport(Musl)
      Musl.rename(path, target)
    #else
      Darwin.rename(path, target)
    #endif
  }
}
