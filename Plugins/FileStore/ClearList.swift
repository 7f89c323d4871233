// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore
import Synchronization

/// The prefixes that were cleared, each with the place in the log before which that holds.
///
/// The index has digests and no keys, so a clear cannot find its records. It leaves a note instead,
/// and whoever reads a record's key compares. A note is dropped with the last segment older than
/// it; where notes become too many, the store forgets everything, which is always allowed.
final class ClearList: Sendable {
  /// How many notes are kept.
  static let limit = 1_024

  struct Note: Sendable, Hashable {
    var prefix: [UInt8]
    var before: LogPlace
  }

  private let notes = Lock<[Note]>([])
  private let hasNotes = Atomic<Bool>(false)

  var all: [Note] { notes.withLock { $0 } }

  /// Notes that records of keys beginning with `prefix` are gone if they stand before `place`.
  func add(_ prefix: [UInt8], before place: LogPlace) {
    notes.withLock { notes in
      notes.removeAll { $0.before <= place && $0.prefix.starts(with: prefix) }
      notes.append(Note(prefix: prefix, before: place))
      if notes.count > Self.limit { notes = [Note(prefix: [], before: place)] }
      hasNotes.store(true, ordering: .releasing)
    }
  }

  /// Whether the record at `place` of a key is gone.
  func covers(_ key: UnsafeRawBufferPointer, at place: LogPlace) -> Bool {
    guard hasNotes.load(ordering: .acquiring) else { return false }
    return notes.withLock { notes in
      notes.contains { place < $0.before && key.starts(with: $0.prefix) }
    }
  }

  /// Drops the notes that concern no record any more, the oldest segment being `segment`.
  func prune(oldest segment: UInt32) {
    notes.withLock { notes in
      notes.removeAll { $0.before < LogPlace(segment: segment, offset: 0) }
      hasNotes.store(!notes.isEmpty, ordering: .releasing)
    }
  }
}
