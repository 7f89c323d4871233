// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Whole numbers as configurations write them: `3`, `10_000`, `-1`.
///
/// Only decimal digits, single underscores between them and a minus sign count. The octal, binary,
/// hexadecimal and base-60 forms of YAML 1.1 are refused: `010` and `1:30` surprise more people
/// than they serve.
public enum IntegerText {
  /// What messages say to write, whatever was given.
  public static func expected(in range: ClosedRange<Int>) -> String {
    switch (range.lowerBound, range.upperBound) {
    case (.min, .max): "write a whole number"
    case (let low, .max): "write a whole number from \(low) on"
    case (.min, let high): "write a whole number up to \(high)"
    case (let low, let high): "write a whole number from \(low) to \(high)"
    }
  }

  /// Reads a whole number within `range`.
  public static func parse(
    _ text: String, in range: ClosedRange<Int> = 0...Int.max
  ) -> Result<Int, ScalarProblem> {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let digits = isNegative ? text.dropFirst() : text[...]
    guard text.utf8.count <= 64, let number = DecimalNumber(digits), number.isWhole else {
      return .failure(malformed(text, range))
    }
    let value = number.mantissa > UInt64(Int.max) ? nil : Int(number.mantissa)
    let signed = isNegative ? 0 - (value ?? .max) : value ?? .max
    if signed < range.lowerBound || isNegative && value == nil {
      return .failure(ScalarProblem("is too small", expected: expected(in: range)))
    }
    if signed > range.upperBound || value == nil {
      return .failure(ScalarProblem("is too large", expected: expected(in: range)))
    }
    return .success(signed)
  }

  private static func malformed(_ text: String, _ range: ClosedRange<Int>) -> ScalarProblem {
    let isLong = text.utf8.count > 64
    let digits = text.drop { $0 == "0" || $0 == "+" }
    var advice: String?
    if !isLong, digits != text[...], DecimalNumber(digits)?.isWhole == true {
      advice = "write \(digits)"
    }
    return ScalarProblem("is not a whole number", advice: advice, expected: expected(in: range))
  }
}
