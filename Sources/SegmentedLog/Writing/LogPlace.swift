// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Where a record stands: its segment and the offset of its head there. Later places are greater.
public struct LogPlace: Hashable, Comparable, Sendable {
  /// The segment's number above, the offset in units of eight bytes below.
  public var packed: UInt64

  /// Creates a place from its packed form.
  @inlinable public init(packed: UInt64) { self.packed = packed }

  /// Creates a place.
  @inlinable
  public init(segment: UInt32, offset: Int64) {
    packed = UInt64(segment) << 32 | UInt64(UInt32(truncatingIfNeeded: offset >> 3))
  }

  /// The segment's number.
  @inlinable public var segment: UInt32 { UInt32(truncatingIfNeeded: packed >> 32) }
  /// The offset of the record's head in the segment's file.
  @inlinable public var offset: Int64 { Int64(packed & 0xFFFF_FFFF) << 3 }

  /// Whether `left` was written before `right`.
  @inlinable
  public static func < (left: LogPlace, right: LogPlace) -> Bool { left.packed < right.packed }
}
