// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Puts bytes one after another into space that was reserved for all of them.
struct RESPPen {
  private let place: UnsafeMutableRawPointer
  private(set) var count = 0

  init(_ place: UnsafeMutableRawPointer) { self.place = place }

  @inline(__always)
  mutating func put(_ byte: UInt8) {
    place.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  @inline(__always)
  mutating func put(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    (place + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// A type byte, a number and a line break: the first line of most values, at most 23 bytes.
  @inline(__always)
  mutating func header(_ type: UInt8, _ number: UInt64) {
    put(type)
    digits(number)
    lineBreak()
  }

  @inline(__always)
  mutating func lineBreak() {
    put(.carriageReturn)
    put(.lineFeed)
  }

  /// `number` in decimal, at most 20 bytes, written from its last digit to its first.
  @inline(__always)
  mutating func digits(_ number: UInt64) {
    let length = Self.digitCount(number)
    var (rest, offset) = (number, count + length)
    repeat {
      let (tens, digit) = rest.quotientAndRemainder(dividingBy: 10)
      offset -= 1
      place.storeBytes(
        of: 0x30 + UInt8(truncatingIfNeeded: digit), toByteOffset: offset, as: UInt8.self)
      rest = tens
    } while rest > 0
    count += length
  }

  /// The number of decimal digits of `number`.
  @inline(__always)
  static func digitCount(_ number: UInt64) -> Int {
    var (count, bound) = (1, UInt64(10))
    while number >= bound {
      count += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      guard !overflow else { break }
      bound = next
    }
    return count
  }
}
