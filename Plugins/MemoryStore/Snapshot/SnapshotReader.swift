// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import SegmentedLog
internal import StrataCore

/// Reads a snapshot from its beginning, a megabyte at a time.
struct SnapshotReader {
  /// It is no snapshot of this version, or not whole.
  struct Damaged: Error {}

  private static let chunk = 1 << 20

  private let file: any DiskFile
  private let size: Int64
  private var window: [UInt8] = []
  /// Where the next byte to take is, in the file and in the window.
  private var position: Int64 = 0
  private var start = 0
  private var count: UInt64 = 0

  init(_ file: any DiskFile) throws {
    self.file = file
    size = try file.size
    let head = try take(SnapshotFormat.headSize)
    guard SnapshotFormat.integer(UInt64.self, head, at: 0) == SnapshotFormat.magic,
      SnapshotFormat.integer(UInt32.self, head, at: 8) == SnapshotFormat.version,
      SnapshotFormat.checksum(of: head.dropLast(4))
        == SnapshotFormat.integer(UInt32.self, head, at: SnapshotFormat.headSize - 4)
    else { throw Damaged() }
  }

  /// The next record; `nil` at the end.
  mutating func next() throws -> SnapshotRecord? {
    let head = try take(SnapshotFormat.recordHead)
    let length = SnapshotFormat.integer(UInt32.self, head, at: 0)
    let checksum = SnapshotFormat.integer(UInt32.self, head, at: 4)
    let isEnd = length == SnapshotFormat.endMark
    guard isEnd || length <= SnapshotFormat.longestBody else { throw Damaged() }
    let body = try take(isEnd ? MemoryLayout<UInt64>.size : Int(length))
    guard SnapshotFormat.checksum(of: body) == checksum else { throw Damaged() }
    if isEnd {
      let total = SnapshotFormat.integer(UInt64.self, body, at: 0)
      guard total == count, position == size else { throw Damaged() }
      return nil
    }
    guard let record = SnapshotRecord(body: body) else { throw Damaged() }
    count += 1
    return record
  }

  private mutating func take(_ wanted: Int) throws -> ArraySlice<UInt8> {
    guard Int64(wanted) <= size - position else { throw Damaged() }
    if window.count - start < wanted {
      let end = min(size, position + Int64(max(wanted, Self.chunk)))
      window = try file.bytes(position..<end)
      start = 0
      guard window.count >= wanted else { throw Damaged() }
    }
    defer {
      start += wanted
      position += Int64(wanted)
    }
    return window[start..<start + wanted]
  }
}
