// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import SegmentedLog
internal import StrataCore

/// Writes a snapshot, a megabyte at a time.
struct SnapshotWriter {
  private static let chunk = 1 << 20

  private let file: any DiskFile
  private var gathered: [UInt8] = []
  private var offset: Int64 = 0
  /// How many records were written.
  private(set) var count = 0

  init(_ file: any DiskFile, savedAt: Timestamp) {
    self.file = file
    SnapshotFormat.append(SnapshotFormat.magic, to: &gathered)
    SnapshotFormat.append(SnapshotFormat.version, to: &gathered)
    SnapshotFormat.append(UInt32(0), to: &gathered)
    SnapshotFormat.append(savedAt.nanoseconds, to: &gathered)
    SnapshotFormat.append(UInt32(0), to: &gathered)
    SnapshotFormat.append(SnapshotFormat.checksum(of: gathered[...]), to: &gathered)
  }

  mutating func write(_ record: SnapshotRecord) throws(DiskError) {
    let body = record.body
    guard body.count <= SnapshotFormat.longestBody else { return }
    SnapshotFormat.append(UInt32(body.count), to: &gathered)
    SnapshotFormat.append(SnapshotFormat.checksum(of: body[...]), to: &gathered)
    gathered += body
    count += 1
    if gathered.count >= Self.chunk { try flush() }
  }

  mutating func finish() throws(DiskError) {
    var total: [UInt8] = []
    SnapshotFormat.append(UInt64(count), to: &total)
    SnapshotFormat.append(SnapshotFormat.endMark, to: &gathered)
    SnapshotFormat.append(SnapshotFormat.checksum(of: total[...]), to: &gathered)
    gathered += total
    try flush()
    try file.sync()
  }

  private mutating func flush() throws(DiskError) {
    try file.writeAll(gathered, at: offset)
    offset += Int64(gathered.count)
    gathered.removeAll(keepingCapacity: true)
  }
}
