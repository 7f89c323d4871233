// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A number as written in decimal digits: exact, because nothing goes through floating point.
///
/// Digits may be grouped by single underscores (`10_000`), as YAML 1.1 allows. A sign, an exponent
/// and a leading zero (`010` is eight to some readers of YAML) are not part of the form.
struct DecimalNumber: Hashable, Sendable {
  /// The digits without the point.
  var mantissa: UInt64
  /// How many of the digits stand behind the point.
  var fractionDigits: Int

  /// What a number times a unit comes to.
  enum Product: Hashable, Sendable {
    case exact(UInt64)
    /// Part of a unit is left over.
    case inexact
    case tooLarge
  }

  /// Whether it was written without a point.
  var isWhole: Bool { fractionDigits == 0 }

  /// Reads `text`; `nil` where it is not of the form. Numbers beyond 2^64 become the largest one.
  init?(_ text: some StringProtocol) {
    var digits = 0
    var point: Int?
    var previous: UInt8 = 0x5F
    mantissa = 0
    fractionDigits = 0
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39:
        append(byte &- 0x30)
        digits += 1
      case 0x5F where Self.isDigit(previous): break
      case 0x2E where Self.isDigit(previous) && point == nil: point = digits
      default: return nil
      }
      previous = byte
    }
    guard Self.isDigit(previous) else { return nil }
    fractionDigits = digits - (point ?? digits)
    guard fractionDigits <= 18, !Self.hasLeadingZero(text, wholeDigits: point ?? digits) else {
      return nil
    }
  }

  /// The number times `unit`.
  func times(_ unit: UInt64) -> Product {
    var divisor: UInt64 = 1
    for _ in 0..<fractionDigits { divisor &*= 10 }
    let product = mantissa.multipliedFullWidth(by: unit)
    guard mantissa < .max, product.high < divisor else { return .tooLarge }
    let (quotient, remainder) = divisor.dividingFullWidth(product)
    return remainder == 0 ? .exact(quotient) : .inexact
  }

  private mutating func append(_ digit: UInt8) {
    let (tenfold, overflow) = mantissa.multipliedReportingOverflow(by: 10)
    let (sum, carried) = tenfold.addingReportingOverflow(UInt64(digit))
    mantissa = overflow || carried || mantissa == .max ? .max : sum
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func hasLeadingZero(_ text: some StringProtocol, wholeDigits: Int) -> Bool {
    text.utf8.first == 0x30 && wholeDigits > 1
  }
}
