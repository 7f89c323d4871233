// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The types that are written without asking them.
///
/// `Value` is compared with each of them: in a specialised call that leaves one branch, in a
/// generic one it is a dozen comparisons of pointers, less than one dynamic cast. The bit casts
/// are from a type to itself.
extension BinaryOutput {
  /// Writes `value` if it is of such a type, and says whether it was.
  @inline(__always)
  func write<Value>(leaf value: Value) -> Bool {
    if Value.self == String.self {
      write(text: unsafeBitCast(value, to: String.self))
    } else if Value.self == Int.self {
      write(integer: unsafeBitCast(value, to: Int.self))
    } else if Value.self == Double.self {
      write(byte: Wire.double)
      write(bigEndian: unsafeBitCast(value, to: Double.self).bitPattern)
    } else if Value.self == Bool.self {
      write(byte: unsafeBitCast(value, to: Bool.self) ? Wire.yes : Wire.no)
    } else if Value.self == Int64.self {
      write(integer: unsafeBitCast(value, to: Int64.self))
    } else if Value.self == Int32.self {
      write(integer: unsafeBitCast(value, to: Int32.self))
    } else if Value.self == UInt64.self {
      write(integer: unsafeBitCast(value, to: UInt64.self))
    } else if Value.self == UInt32.self {
      write(integer: unsafeBitCast(value, to: UInt32.self))
    } else if Value.self == UInt.self {
      write(integer: unsafeBitCast(value, to: UInt.self))
    } else if Value.self == UInt8.self {
      write(integer: unsafeBitCast(value, to: UInt8.self))
    } else if Value.self == Int16.self {
      write(integer: unsafeBitCast(value, to: Int16.self))
    } else if Value.self == Int8.self {
      write(integer: unsafeBitCast(value, to: Int8.self))
    } else if Value.self == UInt16.self {
      write(integer: unsafeBitCast(value, to: UInt16.self))
    } else if Value.self == Float.self {
      write(byte: Wire.float)
      write(bigEndian: unsafeBitCast(value, to: Float.self).bitPattern)
    } else if Value.self == Int128.self {
      write(wide: unsafeBitCast(value, to: Int128.self))
    } else if Value.self == UInt128.self {
      write(wide: unsafeBitCast(value, to: UInt128.self))
    } else if Value.self == [UInt8].self {
      let bytes = unsafeBitCast(value, to: [UInt8].self)
      write(head: Wire.bytes, UInt64(bytes.count))
      bytes.withUnsafeBytes { write(raw: $0) }
    } else {
      return false
    }
    return true
  }

  @inline(__always)
  private func write<Number: FixedWidthInteger>(integer: Number) {
    if integer >= 0 {
      write(head: Wire.positive, UInt64(truncatingIfNeeded: integer))
    } else {
      write(head: Wire.negative, UInt64(truncatingIfNeeded: ~integer))
    }
  }

  private func write<Number: FixedWidthInteger>(wide integer: Number) {
    let isNegative = integer < 0
    let magnitude = UInt128(truncatingIfNeeded: isNegative ? ~integer : integer)
    if let small = UInt64(exactly: magnitude) {
      return write(head: isNegative ? Wire.negative : Wire.positive, small)
    }
    write(byte: isNegative ? Wire.negativeBignum : Wire.positiveBignum)
    write(byte: Wire.bignumHead)
    write(bigEndian: magnitude)
  }
}
