// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Joins configuration trees: maps key by key, at every level; everything else whole.
enum ConfigOverlay {
  /// `upper` over `lower`; where they differ, `upper` wins.
  static func join(_ upper: ConfigNode, over lower: ConfigNode) -> ConfigNode {
    var joint = Joint(upperWins: true)
    return joint.join(upper, lower, path: "")
  }

  /// `upper` over `lower`; where they differ, that is a problem.
  static func join(
    _ upper: ConfigNode, over lower: ConfigNode, problems: inout [ConfigurationProblem]
  ) -> ConfigNode {
    var joint = Joint(upperWins: false)
    let tree = joint.join(upper, lower, path: "")
    problems += joint.problems
    return tree
  }

  private struct Joint {
    let upperWins: Bool
    var problems: [ConfigurationProblem] = []

    mutating func join(_ upper: ConfigNode, _ lower: ConfigNode, path: String) -> ConfigNode {
      guard case .map(let uppers) = upper.value, case .map(var fields) = lower.value else {
        if !upperWins, !upper.hasSameContent(as: lower) {
          problems.append(
            ConfigurationProblem(
              at: upper.location, path: path,
              "another included file says otherwise at \(lower.location)"))
        }
        return upper
      }
      let positions = Dictionary(fields.indices.map { (fields[$0].key, $0) }) { first, _ in first }
      for field in uppers {
        guard let position = positions[field.key] else {
          fields.append(field)
          continue
        }
        let path = ConfigPath.key(field.key, in: path)
        let value = join(field.value, fields[position].value, path: path)
        fields[position] = ConfigNode.Field(key: field.key, location: field.location, value: value)
      }
      return ConfigNode(.map(fields), at: upper.location)
    }
  }
}
