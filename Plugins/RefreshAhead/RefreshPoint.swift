// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// When a fresh entry should be refreshed, before it expires.
enum RefreshPoint: Sendable {
  /// After this fraction of its time.
  case fraction(Fraction)
  /// This long before it expires.
  case before(Duration)
  /// By chance, the sooner the longer its load took: `cost · beta · ln(random)` before it expires.
  ///
  /// The draw is made once for each stored entry. The time before expiry at which it falls is
  /// distributed as for a single reader of the XFetch paper: P(earlier than t) = e^(−t / βδ).
  case xfetch(beta: Double)

  /// The moment at which `entry` should be refreshed; at latest its expiry.
  func moment(for entry: Entry, random: any CacheRandom) -> Timestamp {
    switch self {
    case .fraction(let fraction):
      return entry.createdAt + fraction.of(entry.freshUntil - entry.createdAt)
    case .before(let duration):
      return max(entry.createdAt, entry.freshUntil - duration)
    case .xfetch(let beta):
      let cost = Double(entry.cost) * 1000
      let early = -cost * beta * naturalLogarithm(of: 1 - random.unit())
      return max(
        entry.createdAt, entry.freshUntil.advanced(byNanoseconds: -Int64(min(early, 9e18))))
    }
  }
}

/// The natural logarithm of a number in `0 < x ≤ 1`, to double precision.
///
/// The core has no C library to ask. The exponent is split off, the rest goes through the series of
/// the inverse hyperbolic tangent, which converges fast for |z| ≤ 1/3.
func naturalLogarithm(of x: Double) -> Double {
  guard x > 0 else { return -745 }
  var mantissa = x.significand
  var exponent = Double(x.exponent)
  if mantissa > 1.5 {
    mantissa /= 2
    exponent += 1
  }
  let z = (mantissa - 1) / (mantissa + 1)
  let square = z * z
  var term = z
  var sum = 0.0
  var divisor = 1.0
  while term.magnitude > 1e-18 {
    sum += term / divisor
    term *= square
    divisor += 2
  }
  return 2 * sum + exponent * 0.693_147_180_559_945_3
}
