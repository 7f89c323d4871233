// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import Synchronization

/// The index of all keys, in shards with a lock each, and the segments their slots point into.
///
/// Every shard holds a reference to the same table of segments, so a lookup finds slot and file
/// under one lock.
final class FileIndex: Sendable {
  static let shardBits = 6
  static let shardCount = 1 << shardBits

  /// What a shard's lock protects.
  struct Shard: ~Copyable {
    var table = IndexTable(shardBits: FileIndex.shardBits)
    var segments = SegmentTable.empty
  }

  private final class Box: Sendable {
    let shard = Lock(Shard())
  }

  /// Where a key's record is, and how to read it.
  struct Location: Sendable {
    var slot: IndexSlot
    var identity: UInt64
    var file: (any DiskFile)?
  }

  private let boxes: [Box]
  private let published = Lock(SegmentTable.empty)
  private let newestNumber = Atomic<UInt32>(0)

  init() { boxes = (0..<Self.shardCount).map { _ in Box() } }

  /// Runs `body` with the shard that `digest` belongs to.
  @inline(__always)
  func withShard<Result: Sendable>(
    _ digest: UInt64, _ body: (inout sending Shard) -> sending Result
  ) -> Result {
    boxes[Int(digest >> UInt64(64 - Self.shardBits))].shard.withLock(body)
  }

  /// Runs `body` with each shard in turn.
  func forEachShard(_ body: (Int, inout sending Shard) -> Void) {
    for (number, box) in boxes.enumerated() { box.shard.withLock { body(number, &$0) } }
  }

  /// Finds the record of a key, and notes that it was read.
  func locate(_ digest: UInt64) -> Location? {
    withShard(digest) { shard in
      guard let index = shard.table.find(digest) else { return nil }
      shard.table.warm(index)
      let slot = shard.table[index]
      guard let entry = shard.segments[slot.logPlace.segment] else { return nil }
      return Location(slot: slot, identity: entry.segment.header.identity, file: entry.file)
    }
  }

  /// The slot of a key, without noting a read.
  func slot(_ digest: UInt64) -> IndexSlot? {
    withShard(digest) { shard in shard.table.find(digest).map { shard.table[$0] } }
  }

  /// Removes the slot of a key if it still points to `place`.
  @discardableResult
  func remove(_ digest: UInt64, at place: LogPlace) -> Bool {
    withShard(digest) { shard in
      guard let index = shard.table.find(digest), shard.table[index].logPlace == place else {
        return false
      }
      shard.forget(index)
      return true
    }
  }

  /// Removes the slot of a key; returns whether there was one.
  @discardableResult
  func remove(_ digest: UInt64) -> Bool {
    withShard(digest) { shard in
      guard let index = shard.table.find(digest) else { return false }
      shard.forget(index)
      return true
    }
  }

  /// Points a key to a record, whatever it pointed to.
  func set(_ slot: IndexSlot) { withShard(slot.digest) { $0.set(slot) } }

  /// Removes every slot that points into a segment.
  func forgetAll(in segment: UInt32) {
    forEachShard { _, shard in
      var digests: [UInt64] = []
      shard.table.forEach { if $0.logPlace.segment == segment { digests.append($0.digest) } }
      for digest in digests { shard.table.find(digest).map { shard.forget($0) } }
    }
  }

  /// The number of keys.
  var count: Int {
    boxes.reduce(0) { $0 + $1.shard.withLock { shard in shard.table.count } }
  }

  /// The bytes that the slots take.
  var memory: Int {
    boxes.reduce(0) { $0 + $1.shard.withLock { shard in shard.table.memory } }
  }

  // MARK: Segments

  /// The segments as they are published now.
  var segments: SegmentTable { published.withLock { $0 } }

  /// The number of the newest segment.
  var newest: UInt32 { newestNumber.load(ordering: .relaxed) }

  /// Changes the table of segments, for every shard.
  func publish(_ change: (SegmentTable) -> SegmentTable) {
    published.withLock { current in
      let next = change(current)
      current = next
      newestNumber.store(next.entries.last?.segment.number ?? 0, ordering: .relaxed)
      for box in boxes { box.shard.withLock { $0.segments = next } }
    }
  }
}

extension FileIndex.Shard {
  /// Points a key to a record, whatever it pointed to.
  mutating func set(_ slot: IndexSlot) { set(slot, at: table.find(slot.digest)) }

  /// Points a key to a record; it stands at `index`, or nowhere.
  mutating func set(_ slot: IndexSlot, at index: Int?) {
    segments[slot.logPlace.segment]?.segment.live.add(slot.length, ordering: .relaxed)
    guard let index else { return table.insert(slot) }
    let old = table[index]
    segments[old.logPlace.segment]?.segment.live.subtract(old.length, ordering: .relaxed)
    table[index] = slot
  }

  /// Removes the slot at `index`.
  mutating func forget(_ index: Int) {
    let slot = table[index]
    segments[slot.logPlace.segment]?.segment.live.subtract(slot.length, ordering: .relaxed)
    table.remove(index)
  }

  /// Removes every slot.
  mutating func forgetAll() {
    table.forEach { slot in
      segments[slot.logPlace.segment]?.segment.live.subtract(slot.length, ordering: .relaxed)
    }
    table = IndexTable(shardBits: FileIndex.shardBits)
  }
}
