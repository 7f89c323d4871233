// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One measurement, and that of a peer in the same run where there is one.
public struct BenchmarkResult: Sendable {
  /// What was measured, by slashes from the general to the special: `pipeline/hit/stages=6`.
  public var name: String
  /// The median.
  public var value: Double
  /// What the value counts.
  public var unit: BenchmarkUnit
  /// Who did the same in the same run, and with what result.
  public var peer: (name: String, value: Double)?

  /// Creates a result.
  public init(
    _ name: String, _ value: Double, _ unit: BenchmarkUnit,
    peer: (name: String, value: Double)? = nil
  ) {
    self.name = name
    self.value = value
    self.unit = unit
    self.peer = peer
  }

  /// Ours divided by theirs, whatever the unit: below 1 is good where less is, see
  /// ``BenchmarkUnit/isBetterLarger``.
  public var ratio: Double? {
    guard let peer, peer.value > 0 else { return nil }
    return value / peer.value
  }

  /// How many times better than the peer: above 1 is good, whatever the unit.
  public var advantage: Double? {
    guard let ratio, ratio > 0 else { return nil }
    return unit.isBetterLarger ? ratio : 1 / ratio
  }

  /// The result as one line of `bench.jsonl`.
  public var json: String {
    var fields = [
      "\"name\":\(Self.quoted(name))", "\"value\":\(Self.number(value))",
      "\"unit\":\(Self.quoted(unit.rawValue))",
    ]
    if let peer, let ratio {
      fields += [
        "\"peer\":\(Self.quoted(peer.name))", "\"peer_value\":\(Self.number(peer.value))",
        "\"ratio\":\(Self.number(ratio))",
      ]
    }
    return "{\(fields.joined(separator: ","))}"
  }

  /// The result as a row of the table.
  public var row: String {
    var text = "\(Self.padded(name, 46))\(Self.padded(Self.number(value), -12)) "
    text += Self.padded(unit.rawValue, 5)
    guard let peer, let ratio, let advantage else { return text }
    text += Self.padded(Self.number(peer.value), -12) + "  \(Self.padded(peer.name, 22))"
    text += Self.padded(Self.number(ratio), -8)
    return text + (advantage >= 1 ? "  better" : "  worse")
  }

  /// The head of the table.
  public static let head =
    padded("benchmark", 46) + padded("ours", -12) + " " + padded("", 5) + padded("theirs", -12)
    + "  " + padded("peer", 22) + padded("ratio", -8)

  /// Four significant digits, or all of those before the point.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    var scale = 1.0
    while abs(value) * scale < 1000 && scale < 1e6 && value != 0 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    if rounded == rounded.rounded(), abs(rounded) < 1e15 { return "\(Int(rounded))" }
    return "\(rounded)"
  }

  /// Filled with spaces up to `width`, on the left where that is negative.
  static func padded(_ text: String, _ width: Int) -> String {
    let fill = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? fill + text : text + fill
  }

  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\0"..."\u{1F}": quoted += " "
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
