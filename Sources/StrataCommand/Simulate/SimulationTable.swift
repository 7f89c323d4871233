// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The results of a simulation as text: a table for people, CSV and JSON for programs.
struct SimulationTable {
  let trace: String
  let cells: [SimulationRun.Cell]
  let capacities: [Int]
  let policies: [String]

  /// A row for each policy, a column for each capacity, best mean first, in percent.
  func table(_ console: Console) -> String {
    let rows = policies.map { policy in (policy, ratios(of: policy)) }
      .sorted { ($0.1.reduce(0, +), $1.0) > ($1.1.reduce(0, +), $0.0) }
    let names = max(6, policies.map(\.count).max() ?? 0)
    let heads = capacities.map { Self.spaced($0) }
    let widths = heads.map { max(6, $0.count) }
    let head =
      "policy".padded(to: names)
      + zip(heads, widths).map { "  " + Self.right($0, $1) }.joined()
    let best = capacities.indices.map { column in
      rows.filter { $0.0 != SimulationRun.optimum }.map { $0.1[column] }.max() ?? 0
    }
    let lines = rows.map { policy, ratios in
      policy.padded(to: names)
        + ratios.indices.map { column in
          let text = "  " + Self.right(Self.percent(ratios[column]), widths[column])
          let isBest = policy != SimulationRun.optimum && ratios[column] >= best[column]
          return isBest ? console.styled(text, .green) : text
        }.joined()
    }
    return ([console.styled(head, .bold)] + lines).joined(separator: "\n")
  }

  /// One line a cell: trace, capacity, policy, hit ratio from 0 to 1.
  var csv: String {
    let name =
      trace.contains { ",\"\n".contains($0) } ? "\"\(trace.filter { $0 != "\"" })\"" : trace
    return "trace,capacity,policy,hit_ratio\n"
      + cells.map { "\(name),\($0.capacity),\($0.policy),\(Self.ratio($0.hitRatio))\n" }.joined()
  }

  /// One object a cell.
  var json: [JSONText] {
    cells.map { cell in
      .object([
        ("trace", .string(trace)), ("capacity", .integer(cell.capacity)),
        ("policy", .string(cell.policy)), ("hit_ratio", .number(cell.hitRatio)),
      ])
    }
  }

  /// The hit ratios of one policy, in the order of capacities.
  func ratios(of policy: String) -> [Double] {
    cells.filter { $0.policy == policy }.map(\.hitRatio)
  }

  /// A ratio with five digits.
  static func ratio(_ value: Double) -> String { decimal(value, digits: 5) }

  /// A ratio in percent with two digits.
  static func percent(_ value: Double) -> String { decimal(value * 100, digits: 2) }

  private static func decimal(_ value: Double, digits: Int) -> String {
    let scale = (0..<digits).reduce(1) { power, _ in power * 10 }
    let units = Int((value * Double(scale)).rounded())
    let fraction = String(units % scale)
    return "\(units / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// A number with its thousands apart.
  static func spaced(_ number: Int) -> String {
    let digits = Array(String(number))
    return String(
      digits.indices.flatMap { index in
        (digits.count - index) % 3 == 0 && index > 0 ? [" ", digits[index]] : [digits[index]]
      })
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
