// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import Synchronization

/// The index on disk: left by a clean stop, so that the next start reads no segment.
///
/// A file of blocks, each with its length and checksum: the head, the segments, the clears, then
/// the slots of each shard. It holds only while exactly these segments stand in the directory with
/// exactly these sizes. Segments only grow and never reuse a number, so whatever happened since
/// shows, and a snapshot that does not fit is no harm.
enum IndexSnapshot {
  static let name = "index.snapshot"
  private static let magic: UInt64 = 0x5844_4954_4152_5453  // "STRATIDX"
  private static let version: UInt64 = 1
  private static let blockHead = 16
  private static let segmentEntry = 32

  /// Writes the index next to the segments.
  static func write(_ catalog: FileCatalog, seed: UInt64, on disk: any Disk) throws(DiskError) {
    let path = catalog.shape.directory + "/" + name
    let draft = path + ".new"
    try? disk.remove(draft)
    var writer = BlockWriter(file: try disk.open(draft, .create))
    defer { writer.file.close() }
    try writer.write(words: [magic, version, seed, UInt64(FileIndex.shardCount)])
    try writer.write(segments(catalog))
    try writer.write(clears(catalog))
    for shard in 0..<FileIndex.shardCount {
      try writer.write(slots(of: shard, catalog.index))
    }
    if catalog.shape.durability != .none { try writer.file.sync() }
    try disk.rename(draft, to: path)
    if catalog.shape.durability != .none { try disk.syncDirectory(catalog.shape.directory) }
  }

  private static func segments(_ catalog: FileCatalog) throws(DiskError) -> [UInt8] {
    var words: [UInt64] = []
    for entry in catalog.index.segments.entries {
      let size = try entry.file?.size ?? Int64(entry.segment.size.load(ordering: .relaxed))
      let live = entry.segment.live.load(ordering: .relaxed)
      words += [
        UInt64(entry.segment.number), entry.segment.header.identity, UInt64(size),
        UInt64(max(0, live)),
      ]
    }
    return BlockWriter.bytes(of: words)
  }

  private static func clears(_ catalog: FileCatalog) -> [UInt8] {
    catalog.clears.all.reduce(into: []) { bytes, note in
      bytes += BlockWriter.bytes(of: [note.before.packed, UInt64(note.prefix.count)])
      bytes += note.prefix
    }
  }

  private static func slots(of shard: Int, _ index: FileIndex) -> [UInt8] {
    index.withShard(UInt64(shard) << UInt64(64 - FileIndex.shardBits)) { shard in
      [UInt8](unsafeUninitializedCapacity: shard.table.count * IndexSlot.size) { buffer, count in
        let target = UnsafeMutableRawBufferPointer(buffer)
        shard.table.forEach { slot in
          target.storeBytes(of: slot, toByteOffset: count, as: IndexSlot.self)
          count += IndexSlot.size
        }
      }
    }
  }

  /// Loads the index, if the snapshot fits the segments that were found; says whether it did.
  static func load(
    into catalog: FileCatalog, seed: UInt64, sizes: [UInt32: Int64], on disk: any Disk
  ) -> Bool {
    let path = catalog.shape.directory + "/" + name
    guard let file = try? disk.open(path, .read) else { return false }
    defer { file.close() }
    var reader = BlockReader(file: file)
    guard let head = reader.words(), head == [magic, version, seed, UInt64(FileIndex.shardCount)],
      let segments = reader.words(), fits(segments, catalog, sizes),
      let clears = reader.block(), load(clears, into: catalog, sizes)
    else { return false }
    for shard in 0..<FileIndex.shardCount {
      guard let slots = reader.block(), load(slots, of: shard, into: catalog.index) else {
        catalog.index.forEachShard { _, shard in shard.forgetAll() }
        return false
      }
    }
    for start in stride(from: 0, to: segments.count, by: 4) {
      let segment = catalog.index.segments[UInt32(segments[start])]?.segment
      segment?.live.store(Int(segments[start + 3]), ordering: .relaxed)
    }
    return true
  }

  private static func fits(
    _ words: [UInt64], _ catalog: FileCatalog, _ sizes: [UInt32: Int64]
  ) -> Bool {
    let table = catalog.index.segments
    guard words.count == table.entries.count * 4 else { return false }
    return stride(from: 0, to: words.count, by: 4).allSatisfy { start in
      guard let number = UInt32(exactly: words[start]), let entry = table[number] else {
        return false
      }
      return entry.segment.header.identity == words[start + 1]
        && sizes[number].map { UInt64($0) == words[start + 2] } ?? false
        && words[start + 3] <= words[start + 2]
    }
  }

  private static func load(
    _ bytes: [UInt8], into catalog: FileCatalog, _ sizes: [UInt32: Int64]
  ) -> Bool {
    // No clear holds for what is written after it.
    let newest = catalog.index.newest
    let limit = LogPlace(segment: newest, offset: sizes[newest] ?? 0)
    var offset = 0
    while offset < bytes.count {
      guard bytes.count - offset >= 16 else { return false }
      let (before, length) = bytes.withUnsafeBytes { bytes in
        (
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
        )
      }
      offset += 16
      guard length <= UInt64(bytes.count - offset), LogPlace(packed: before) <= limit else {
        return false
      }
      let prefix = Array(bytes[offset..<offset + Int(length)])
      catalog.clears.add(prefix, before: LogPlace(packed: before))
      offset += Int(length)
    }
    return true
  }

  private static func load(_ bytes: [UInt8], of shard: Int, into index: FileIndex) -> Bool {
    let count = bytes.count / IndexSlot.size
    let table = index.segments
    return index.withShard(UInt64(shard) << UInt64(64 - FileIndex.shardBits)) { target in
      target.table.reserve(count)
      var last: UInt64 = 0
      return bytes.withUnsafeBytes { bytes in
        for position in 0..<count {
          let slot = bytes.loadUnaligned(
            fromByteOffset: position * IndexSlot.size, as: IndexSlot.self)
          guard slot.digest > last, Int(slot.digest >> UInt64(64 - FileIndex.shardBits)) == shard,
            table[slot.logPlace.segment] != nil
          else { return false }
          last = slot.digest
          if !target.table.append(slot) { target.table.insert(slot) }
        }
        return true
      }
    }
  }
}
