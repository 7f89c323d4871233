// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The grammar of numbers on the wire, over raw bytes.
enum RESPDecimal {
  /// A signed integer at the beginning of some bytes.
  struct Prefix {
    var value: Int64 = 0
    /// Sign and digits, in bytes.
    var length = 0
    var hasDigits = false
    /// False when the digits exceed 64 bits, or go on for longer than any 64-bit number.
    var isInRange = true
  }

  /// The longest integer with its sign and some zeros in front.
  private static let longest = 32

  static func prefix(of bytes: UnsafeRawBufferPointer) -> Prefix {
    var prefix = Prefix()
    var (offset, isNegative) = (0, false)
    if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      offset = 1
    }
    while offset < bytes.count, bytes[offset] &- 0x30 < 10 {
      let digit = Int64(bytes[offset] &- 0x30)
      let (tens, overflow) = prefix.value.multipliedReportingOverflow(by: 10)
      let (sum, carry) =
        isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      offset += 1
      guard !overflow, !carry, offset <= longest else {
        prefix.isInRange = false
        break
      }
      prefix.value = sum
      prefix.hasDigits = true
    }
    prefix.length = offset
    return prefix
  }

  /// All of `bytes` as a 64-bit integer, or nil.
  static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    let prefix = prefix(of: bytes)
    guard prefix.isInRange, prefix.hasDigits, prefix.length == bytes.count else { return nil }
    return prefix.value
  }

  /// Whether `bytes` are an integer of any size.
  static func isInteger(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let digits = skipDigits(bytes, from: skipSign(bytes, from: 0))
    return digits == bytes.count && digits > skipSign(bytes, from: 0)
  }

  /// Whether `bytes` are a finite number with optional fraction and exponent, an infinity, or not a
  /// number.
  static func isDouble(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = skipSign(bytes, from: 0)
    if isWord(bytes, from: start) { return true }
    var offset = skipDigits(bytes, from: start)
    var digits = offset - start
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      let stop = skipDigits(bytes, from: offset + 1)
      digits += stop - offset - 1
      offset = stop
    }
    guard digits > 0 else { return false }
    return offset == bytes.count || isExponent(bytes, from: offset)
  }

  /// `inf` or `nan` in either case; some servers print a sign before the latter.
  private static func isWord(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Bool {
    guard bytes.count - start == 3 else { return false }
    let word = (bytes[start] | 0x20, bytes[start + 1] | 0x20, bytes[start + 2] | 0x20)
    return word == (0x69, 0x6E, 0x66) || word == (0x6E, 0x61, 0x6E)
  }

  private static func isExponent(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Bool {
    guard bytes[start] | 0x20 == UInt8(ascii: "e") else { return false }
    let digits = skipSign(bytes, from: start + 1)
    return digits < bytes.count && skipDigits(bytes, from: digits) == bytes.count
  }

  private static func skipSign(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard start < bytes.count else { return start }
    let isSign = bytes[start] == UInt8(ascii: "-") || bytes[start] == UInt8(ascii: "+")
    return isSign ? start + 1 : start
  }

  private static func skipDigits(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var offset = start
    while offset < bytes.count, bytes[offset] &- 0x30 < 10 { offset += 1 }
    return offset
  }

  /// The value of `bytes`, which are what `isDouble` accepts; nil otherwise.
  static func double(_ bytes: UnsafeRawBufferPointer) -> Double? {
    guard isDouble(bytes) else { return nil }
    if isWord(bytes, from: skipSign(bytes, from: 0)) { return word(bytes) }
    return Double(String(decoding: bytes, as: UTF8.self))
  }

  private static func word(_ bytes: UnsafeRawBufferPointer) -> Double {
    if bytes[bytes.count - 1] | 0x20 == UInt8(ascii: "n") { return .nan }
    return bytes[0] == UInt8(ascii: "-") ? -.infinity : .infinity
  }
}
