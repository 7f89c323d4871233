// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The fixed properties of a log.
public struct LogShape: Sendable {
  /// The longest file that offsets of 32 bits, counted in eights, can address.
  public static let largestSegment = 1 << 34

  /// Whose log it is.
  public var kind: LogKind
  /// The directory that holds the segments and nothing else of that name.
  public var directory: String
  /// The bytes at which a segment is finished. A single longer record has a segment to itself.
  public var segmentSize: Int
  /// The bytes that are gathered before they are written.
  public var chunkSize: Int
  /// The bytes that may wait to be written before appending is refused.
  public var backlog: Int
  /// The bytes of one footer entry.
  public var entrySize: Int
  /// Whether segments are made durable when they are finished, and directories when they change.
  public var syncs: Bool
  /// The word that stands in every new segment's header.
  public var word: UInt64

  /// Creates a shape.
  public init(
    kind: LogKind, directory: String, segmentSize: Int, chunkSize: Int = 256 << 10,
    backlog: Int = 8 << 20, entrySize: Int, syncs: Bool, word: UInt64 = 0
  ) {
    self.kind = kind
    self.directory = directory
    self.segmentSize = min(max(segmentSize, 4 << 10), Self.largestSegment)
    self.chunkSize = max(chunkSize, 64)
    self.backlog = max(backlog, chunkSize)
    self.entrySize = max(entrySize, 1)
    self.syncs = syncs
    self.word = word
  }

  /// The path of the segment `number`.
  public func path(_ number: UInt32) -> String { directory + "/" + SegmentName.name(number) }
}
