// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Hit ratio against size as an SVG picture: one line a policy, sizes on a logarithmic axis.
struct HitRatioPlot {
  private static let (width, height) = (860.0, 480.0)
  private static let (left, right, top, bottom) = (60.0, 170.0, 40.0, 50.0)
  /// Told apart by people who see few colours (after Okabe and Ito), then by dashes.
  private static let colours = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f",
  ]

  let table: SimulationTable

  /// The picture.
  var svg: String {
    let (width, height) = (Self.text(Self.width), Self.text(Self.height))
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" "
        + "font-family=\"sans-serif\" font-size=\"12\">",
      "<rect width=\"\(width)\" height=\"\(height)\" fill=\"white\"/>",
      Self.label(
        "Hit ratio by capacity: \(Self.escaped(table.trace))", Self.left, 22, "start", bold: true),
    ]
    lines += horizontals + verticals
    for (index, policy) in table.policies.enumerated() { lines += curve(policy, index) }
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Axes

  private var horizontals: [String] {
    (0...5).map { step in
      let y = Self.y(Double(step) / 5)
      let end = Self.width - Self.right
      return Self.line(Self.left, y, end, y, "#dddddd")
        + Self.label("\(step * 20)%", Self.left - 8, y + 4, "end")
    }
  }

  private var verticals: [String] {
    table.capacities.map { capacity in
      let x = x(capacity)
      return Self.line(x, Self.top, x, Self.height - Self.bottom, "#eeeeee")
        + Self.label(
          SimulationTable.spaced(capacity), x, Self.height - Self.bottom + 18, "middle")
    } + [
      Self.label("entries", (Self.left + Self.width - Self.right) / 2, Self.height - 10, "middle")
    ]
  }

  private func x(_ capacity: Int) -> Double {
    let span = Self.width - Self.left - Self.right
    let (first, last) = (table.capacities.min() ?? 1, table.capacities.max() ?? 1)
    guard first < last else { return Self.left + span / 2 }
    let range = Self.log2(last) - Self.log2(first)
    return Self.left + span * (Self.log2(capacity) - Self.log2(first)) / range
  }

  private static func y(_ ratio: Double) -> Double {
    top + (height - top - bottom) * (1 - ratio)
  }

  /// The logarithm to base 2, straight between powers: good enough for an axis.
  private static func log2(_ number: Int) -> Double {
    let whole = Int.bitWidth - 1 - max(1, number).leadingZeroBitCount
    return Double(whole) + Double(max(1, number)) / Double(1 << whole) - 1
  }

  // MARK: Curves

  private func curve(_ policy: String, _ index: Int) -> [String] {
    let ratios = table.ratios(of: policy)
    let points = zip(table.capacities, ratios).sorted { $0.0 < $1.0 }
    let isOptimum = policy == SimulationRun.optimum
    let colour = isOptimum ? "#000000" : Self.colours[index % Self.colours.count]
    let dash =
      isOptimum
      ? " stroke-dasharray=\"2 3\""
      : index >= Self.colours.count ? " stroke-dasharray=\"7 3\"" : ""
    let path = points.map { "\(Self.text(x($0))),\(Self.text(Self.y($1)))" }
      .joined(separator: " ")
    let dots = points.map { capacity, ratio in
      "<circle cx=\"\(Self.text(x(capacity)))\" cy=\"\(Self.text(Self.y(ratio)))\" r=\"3\" "
        + "fill=\"\(colour)\"><title>\(Self.escaped(policy)) at \(capacity): "
        + "\(SimulationTable.percent(ratio))%</title></circle>"
    }
    let row = Self.top + Double(index) * 20 + 6
    let legend = Self.width - Self.right + 20
    return [
      "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"\(dash) points=\"\(path)\"/>",
      "<line x1=\"\(Self.text(legend))\" y1=\"\(Self.text(row))\" "
        + "x2=\"\(Self.text(legend + 24))\" y2=\"\(Self.text(row))\" stroke=\"\(colour)\" "
        + "stroke-width=\"2\"\(dash)/>",
      Self.label(Self.escaped(policy), legend + 30, row + 4, "start"),
    ] + dots
  }

  // MARK: Marks

  private static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String
  ) -> String {
    "<line x1=\"\(text(x1))\" y1=\"\(text(y1))\" x2=\"\(text(x2))\" y2=\"\(text(y2))\" "
      + "stroke=\"\(colour)\"/>"
  }

  private static func label(
    _ words: String, _ x: Double, _ y: Double, _ anchor: String, bold: Bool = false
  ) -> String {
    "<text x=\"\(text(x))\" y=\"\(text(y))\" text-anchor=\"\(anchor)\""
      + "\(bold ? " font-weight=\"bold\"" : "")>\(words)</text>"
  }

  private static func text(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }
}
