// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A share between nothing and all, exact to a billionth: what `10%` and `0.1` mean.
///
/// It is an integer inside, so that a configuration means the same on every machine and prints
/// back as it was written.
public struct Fraction: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// How many billionths, from 0 to 1,000,000,000.
  public let billionths: Int64

  /// Nothing.
  public static let zero = Fraction(billionths: 0)
  /// All.
  public static let one = Fraction(billionths: 1_000_000_000)

  /// Creates a fraction from billionths; cut to what lies between nothing and all.
  public init(billionths: Int64) { self.billionths = min(max(billionths, 0), 1_000_000_000) }

  /// Creates a fraction from whole percents; cut to what lies between nothing and all.
  public init(percent: Int) {
    self.init(billionths: Int64(min(max(percent, 0), 100)) * 10_000_000)
  }

  /// The fraction as a floating point number from 0 to 1.
  public var value: Double { Double(billionths) / 1_000_000_000 }

  /// This share of `amount`, rounded towards zero; never overflows.
  public func of(_ amount: Int64) -> Int64 {
    let product = amount.magnitude.multipliedFullWidth(by: UInt64(billionths))
    let share = Int64(clamping: UInt64(1_000_000_000).dividingFullWidth(product).quotient)
    return amount < 0 ? 0 - share : share
  }

  /// This share of `duration`, to the nanosecond.
  public func of(_ duration: Duration) -> Duration {
    .nanoseconds(of(duration.saturatingNanoseconds))
  }

  /// Whether `left` is the smaller share.
  public static func < (left: Fraction, right: Fraction) -> Bool {
    left.billionths < right.billionths
  }

  /// The fraction in percent, as a configuration writes it: `12.5%`.
  public var description: String {
    let (whole, rest) = billionths.quotientAndRemainder(dividingBy: 10_000_000)
    if rest == 0 { return "\(whole)%" }
    var digits = String(rest + 10_000_000).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)%"
  }
}
