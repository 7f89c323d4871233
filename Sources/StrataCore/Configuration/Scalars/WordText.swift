// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One word out of a few, as configurations write it: `cluster`, `w-tinylfu`.
public enum WordText {
  /// What messages say to write, whatever was given: `write process or cluster`.
  public static func expected(among words: [String]) -> String {
    guard let last = words.last else { return "leave it out" }
    let others = words.dropLast().joined(separator: ", ")
    return others.isEmpty ? "write \(last)" : "write \(others) or \(last)"
  }

  /// Reads one of `words`.
  public static func parse(
    _ text: String, among words: [String]
  ) -> Result<String, ScalarProblem> {
    if words.contains(text) { return .success(text) }
    let expected = expected(among: words)
    let nearest = nearestWord(to: text, among: words)
    let advice = nearest.map { "\(expected) (did you mean \($0)?)" }
    return .failure(ScalarProblem("is unknown", advice: advice, expected: expected))
  }
}
