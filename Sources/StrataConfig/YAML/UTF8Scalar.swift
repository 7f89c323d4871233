// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Unicode scalars of more than one byte, read from UTF-8 strictly.
enum UTF8Scalar {
  /// The scalar at `index` and its length; `nil` where the bytes are not UTF-8.
  ///
  /// Overlong forms, surrogates and numbers beyond U+10FFFF are not UTF-8.
  static func decode(_ bytes: [UInt8], at index: Int) -> (scalar: UInt32, length: Int)? {
    let lead = bytes[index]
    let (length, smallest): (Int, UInt32) =
      switch lead {
      case 0xC2...0xDF: (2, 0x80)
      case 0xE0...0xEF: (3, 0x800)
      case 0xF0...0xF4: (4, 0x10000)
      default: (0, 0)
      }
    guard length > 0, bytes.count - index >= length else { return nil }
    var scalar = UInt32(lead) & (0xFF >> UInt32(length + 1))
    for byte in bytes[(index + 1)..<(index + length)] {
      guard byte & 0xC0 == 0x80 else { return nil }
      scalar = scalar << 6 | UInt32(byte & 0x3F)
    }
    let isScalar = scalar >= smallest && scalar <= 0x10FFFF && !(0xD800...0xDFFF).contains(scalar)
    return isScalar ? (scalar, length) : nil
  }
}
