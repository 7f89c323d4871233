// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A scalar cut into numbers with their units: `1h30m` into `1h` and `30m`.
struct ScalarParts {
  /// A number and the letters that follow it.
  struct Part {
    var number: DecimalNumber
    /// The number as written.
    var digits: Substring
    var unit: Substring
  }

  /// The parts in the order of the text; at least one.
  private(set) var all: [Part] = []

  /// Cuts `text`; `nil` where a number or a unit is missing, or anything else stands in it.
  init?(_ text: String) {
    guard text.utf8.count <= 64 else { return nil }
    var rest = text[...]
    while !rest.isEmpty {
      let digits = rest.prefix { "0123456789._".contains($0) }
      let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
      guard let number = DecimalNumber(digits), !unit.isEmpty else { return nil }
      all.append(Part(number: number, digits: digits, unit: unit))
      rest = rest.dropFirst(digits.count + unit.count)
    }
    if all.isEmpty { return nil }
  }

  /// Cuts `text`, or throws `problem`.
  init(_ text: String, or problem: ScalarProblem) throws(ScalarProblem) {
    guard let parts = ScalarParts(text) else { throw problem }
    self = parts
  }
}
