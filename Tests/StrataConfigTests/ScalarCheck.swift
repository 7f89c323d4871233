// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Reads lists of scalars by the name of the list, as options of that type would.
enum ScalarCheck {
  static func problems(in root: ConfigNode) -> [ConfigurationProblem] {
    root.fields.flatMap { field in
      guard case .list(let items) = field.value.value else { return [ConfigurationProblem]() }
      return items.enumerated().compactMap { index, item in
        problem(with: item, as: field.key).map {
          ConfigurationProblem(
            at: item.location, path: "\(field.key)[\(index)]", $0.message(for: item))
        }
      }
    }
  }

  private static func problem(with node: ConfigNode, as type: String) -> ScalarProblem? {
    guard case .scalar(let text, _) = node.value else {
      return ScalarProblem("is not a scalar", expected: "write one value")
    }
    let words = ["process", "cluster"]
    return switch type {
    case "durations": failure(DurationText.parse(text))
    case "sizes": failure(SizeText.parse(text))
    case "fractions": failure(FractionText.parse(text))
    case "integers": failure(IntegerText.parse(text))
    case "ports": failure(IntegerText.parse(text, in: 1...65535))
    case "booleans": failure(BooleanText.parse(text))
    case "words": failure(WordText.parse(text, among: words))
    default: ScalarProblem("is of no known type", expected: "name a type")
    }
  }

  private static func failure<Value>(_ result: Result<Value, ScalarProblem>) -> ScalarProblem? {
    if case .failure(let problem) = result { problem } else { nil }
  }
}
