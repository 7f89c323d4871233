// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Configuration files that are read through a runtime's disk.
public struct ConfigFilesOnDisk: ConfigFiles {
  private let disk: any Disk

  /// Creates files that are read through `disk`.
  public init(_ disk: any Disk) { self.disk = disk }

  /// The first `limit` bytes of the file at `path`.
  ///
  /// A file that shrinks while it is read ends where it ends: the size is not trusted.
  public func read(_ path: String, limit: Int) throws(DiskError) -> [UInt8] {
    let file = try disk.open(path, .read)
    defer { file.close() }
    let size = Int(clamping: try file.size)
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(0, min(size, limit)), alignment: 1)
    defer { buffer.deallocate() }
    var count = 0
    while count < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      let read = try file.read(into: rest, at: Int64(count))
      if read <= 0 { break }
      count += min(read, rest.count)
    }
    return Array(buffer.prefix(count))
  }
}
