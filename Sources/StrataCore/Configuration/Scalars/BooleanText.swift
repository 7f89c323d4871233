// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Truth as configurations write it: `true` and `false`, nothing else.
///
/// YAML 1.1 also reads `yes`, `on` and `y` as true, YAML 1.2 reads them as text. A file that means
/// the same to every reader uses neither, so they are refused with advice.
public enum BooleanText {
  /// What messages say to write, whatever was given.
  public static let expected = "write true or false"

  /// Reads a truth value.
  public static func parse(_ text: String) -> Result<Bool, ScalarProblem> {
    switch text {
    case "true": .success(true)
    case "false": .success(false)
    default: .failure(problem(text))
    }
  }

  private static func problem(_ text: String) -> ScalarProblem {
    let advice: String? =
      switch text.lowercased() {
      case "yes", "y", "on", "true", "1": "write true"
      case "no", "n", "off", "false", "0": "write false"
      default: nil
      }
    return ScalarProblem("is neither true nor false", advice: advice, expected: expected)
  }
}
