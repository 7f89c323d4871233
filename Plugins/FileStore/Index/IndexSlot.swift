// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import SegmentedLog
import StrataCore

/// What the index knows of one key: thirty-two bytes, in memory and in a segment's footer alike.
///
///      0  u64  digest of the key; 0 is an empty slot
///      8  u64  version
///     16  u64  place: segment number above, offset in units of eight bytes below
///     24  u32  expiry in whole seconds since 1970, rounded up; all ones is never
///     28  u32  bits 0..<27 length of the record, 27..<29 heat, 29..<32 kind
struct IndexSlot: BitwiseCopyable, Sendable {
  /// The bytes of a slot.
  static let size = 32
  /// The longest record that a slot can describe.
  static let longestRecord = 1 << 27 - 1
  private static let never = UInt32.max

  var digest: UInt64
  var version: UInt64
  var place: UInt64
  private var expirySeconds: UInt32
  private var bits: UInt32

  static let empty = IndexSlot(
    digest: 0, version: 0, place: LogPlace(packed: 0), expiry: .distantPast, length: 0,
    kind: .value)

  init(
    digest: UInt64, version: UInt64, place: LogPlace, expiry: Timestamp, length: Int,
    kind: RecordKind
  ) {
    self.digest = digest
    self.version = version
    self.place = place.packed
    let seconds = expiry.nanoseconds / 1_000_000_000
    let isExact = expiry.nanoseconds % 1_000_000_000 == 0
    expirySeconds = UInt32(clamping: isExact ? seconds : seconds + 1)
    bits = UInt32(truncatingIfNeeded: length) & 0x07FF_FFFF | UInt32(kind.rawValue) << 29
  }

  var length: Int { Int(bits & 0x07FF_FFFF) }
  var kind: RecordKind? { RecordKind(rawValue: UInt16(bits >> 29)) }
  var logPlace: LogPlace { LogPlace(packed: place) }

  /// How often the record was read since it was written, up to 3.
  var heat: UInt32 {
    get { bits >> 27 & 3 }
    set { bits = bits & ~(3 << 27) | min(newValue, 3) << 27 }
  }

  /// The slot of the same record at another place.
  func moved(to place: LogPlace) -> IndexSlot {
    var slot = self
    slot.place = place.packed
    return slot
  }

  /// Whether the record's time is surely over; within its last second only the record knows.
  func isExpired(at now: Timestamp) -> Bool {
    expirySeconds != Self.never && Int64(expirySeconds) <= now.nanoseconds / 1_000_000_000
  }
}

/// The kinds of record a file store writes; part of the format.
enum RecordKind: UInt16, Sendable {
  /// A key's value.
  case value = 1
  /// The removal of a key.
  case tombstone = 2
  /// The removal of all keys with a prefix.
  case clear = 3
}
