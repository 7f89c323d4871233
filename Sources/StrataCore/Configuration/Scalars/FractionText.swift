// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Shares as configurations write them: `10%`, `12.5%`, `0.1`.
///
/// A bare `1` is refused, since it could mean all or one percent; `1.0` and `0` are clear.
public enum FractionText {
  /// What messages say to write, whatever was given.
  public static let expected = "write a percentage such as 10%, or a fraction such as 0.1"

  /// A regular expression that every share matches, for editors; it lets some others pass.
  public static let pattern = #"^[0-9][0-9_]*(\.[0-9_]+)?%?$"#

  /// Reads a share between nothing and all.
  public static func parse(_ text: String) -> Result<Fraction, ScalarProblem> {
    if text.utf8.first == UInt8(ascii: "-") { return problem("is negative") }
    let isPercent = text.hasSuffix("%")
    guard text.utf8.count <= 64, let number = DecimalNumber(isPercent ? text.dropLast() : text[...])
    else { return refuse(text) }
    if !isPercent, number.isWhole, (1...100).contains(number.mantissa) {
      return problem("has no percent sign", text == "1" ? "write 1% or 100%" : "write \(text)%")
    }
    switch number.times(isPercent ? 10_000_000 : 1_000_000_000) {
    case .exact(let billionths) where billionths <= 1_000_000_000:
      return .success(Fraction(billionths: Int64(billionths)))
    case .inexact: return problem("has more than nine digits behind the point")
    default: return problem("is above 100%")
    }
  }

  private static func refuse(_ text: String) -> Result<Fraction, ScalarProblem> {
    let joined = text.filter { !$0.isWhitespace }
    if joined != text, case .success = parse(joined) {
      return problem("has a space in it", "write \(joined)")
    }
    if text.utf8.first == UInt8(ascii: "."), case .success = parse("0" + text) {
      return problem("begins with a point", "write 0\(text)")
    }
    return problem("is not a percentage")
  }

  private static func problem(
    _ complaint: String, _ advice: String? = nil
  ) -> Result<Fraction, ScalarProblem> {
    .failure(ScalarProblem(complaint, advice: advice, expected: expected))
  }
}
