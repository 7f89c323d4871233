// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The fixed properties of a file store.
struct FileShape: Sendable {
  /// The directory, which the store has to itself.
  var directory: String
  /// The bytes that all files may take.
  var capacity: Int
  /// The bytes of one segment.
  var segmentSize: Int
  /// The bytes that are gathered before they are written.
  var chunkSize = 256 << 10
  /// When writes are durable.
  var durability = FileDurability.none
  /// The largest value.
  var largestValue = 64 << 20
  /// How many files may be open for reading.
  var openFiles = 128
  /// How long the disk is left alone after it failed.
  var retryAfter = Duration.seconds(1)

  /// Creates a shape whose segments are a thirty-second of the capacity, as far as that is
  /// sensible.
  init(directory: String, capacity: Int, segmentSize: Int? = nil) {
    self.directory = directory
    self.capacity = max(capacity, 64 << 10)
    let fitting = min(max(self.capacity / 32, 1 << 20), 256 << 20)
    self.segmentSize = min(max(segmentSize ?? fitting, 4 << 10), self.capacity / 4)
  }

  /// The longest record that is taken: a quarter of the store at most.
  var longestRecord: Int {
    min(largestValue + FileRecord.longestKey + 64, capacity / 4, IndexSlot.longestRecord)
  }
}
