// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Durations as configurations write them: `50ms`, `5m`, `1h30m`, `1.5s`, `2d`.
///
/// The units are `ns`, `us`, `ms`, `s`, `m`, `h`, `d` and `w`; several go from the largest to the
/// smallest, each once; a fraction is legal where there is one unit only. A day has 24 hours. There
/// is no word for "forever", since every promise of a cache rests on an end; the longest duration
/// is a hundred years.
public enum DurationText {
  /// What messages say to write, whatever was given.
  public static let expected = "write a duration such as 5m, 50ms or 1h30m"

  /// A regular expression that every duration matches, for editors; it lets some others pass.
  public static let pattern = #"^([0-9][0-9_]*(\.[0-9_]+)?(ns|us|µs|μs|ms|s|m|h|d|w))+$"#

  /// The longest duration, in days.
  public static let longestDays = 36_500

  /// Reads a duration.
  public static func parse(_ text: String) -> Result<Duration, ScalarProblem> {
    do throws(ScalarProblem) {
      return .success(.nanoseconds(try nanoseconds(in: text)))
    } catch {
      return .failure(error)
    }
  }

  /// The duration as a configuration writes it: `1h30m`. Negative ones have no such form.
  public static func text(for duration: Duration) -> String {
    var rest = UInt64(max(0, duration.saturatingNanoseconds))
    var text = ""
    for unit in units.reversed() where rest >= unit.nanoseconds && unit.name != "w" {
      text += "\(rest / unit.nanoseconds)\(unit.name)"
      rest %= unit.nanoseconds
    }
    return text.isEmpty ? "0s" : text
  }

  // MARK: - Reading

  struct Unit { let name: String, nanoseconds: UInt64, misspellings: [String] }

  /// From the smallest to the largest.
  static let units = [
    Unit(name: "ns", nanoseconds: 1, misspellings: ["nsec", "nanos", "nanoseconds"]),
    Unit(name: "us", nanoseconds: 1000, misspellings: ["usec", "micros", "microseconds"]),
    Unit(name: "ms", nanoseconds: 1_000_000, misspellings: ["msec", "millis", "milliseconds"]),
    Unit(
      name: "s", nanoseconds: 1_000_000_000, misspellings: ["sec", "secs", "second", "seconds"]),
    Unit(
      name: "m", nanoseconds: 60_000_000_000, misspellings: ["min", "mins", "minute", "minutes"]),
    Unit(name: "h", nanoseconds: 3_600_000_000_000, misspellings: ["hr", "hrs", "hour", "hours"]),
    Unit(name: "d", nanoseconds: 86_400_000_000_000, misspellings: ["day", "days"]),
    Unit(name: "w", nanoseconds: 604_800_000_000_000, misspellings: ["wk", "week", "weeks"]),
  ]

  private static func nanoseconds(in text: String) throws(ScalarProblem) -> Int64 {
    try refuseOtherForms(text)
    let parts = try ScalarParts(text, or: problem("is not a duration"))
    var sum: UInt64 = 0
    var smallest = UInt64.max
    for part in parts.all {
      let unit = try unit(of: part)
      guard unit.nanoseconds < smallest else {
        throw problem("has its units in the wrong order", try orderAdvice(parts))
      }
      smallest = unit.nanoseconds
      if parts.all.count > 1, !part.number.isWhole {
        throw problem("has a fraction among several units")
      }
      sum = try add(part.number.times(unit.nanoseconds), to: sum)
    }
    return Int64(sum)
  }

  private static func orderAdvice(_ parts: ScalarParts) throws(ScalarProblem) -> String {
    var sorted: [(unit: Unit, text: String)] = []
    for part in parts.all {
      sorted.append((try unit(of: part), "\(part.digits)\(part.unit)"))
    }
    sorted.sort { $0.unit.nanoseconds > $1.unit.nanoseconds }
    if Set(sorted.map(\.unit.name)).count < sorted.count { return "give each unit once" }
    return "write \(sorted.map(\.text).joined())"
  }

  /// Sums within the hundred years, so that the result fits 64 signed bits with room to spare.
  private static func add(
    _ product: DecimalNumber.Product, to sum: UInt64
  ) throws(ScalarProblem) -> UInt64 {
    let longest = UInt64(longestDays) * 86_400_000_000_000
    switch product {
    case .exact(let value) where value <= longest && sum + value <= longest: return sum + value
    case .inexact: throw problem("has a fraction below a nanosecond")
    default: throw problem("is too long", "the longest duration is \(longestDays)d")
    }
  }

  private static func unit(of part: ScalarParts.Part) throws(ScalarProblem) -> Unit {
    if let unit = units.first(where: { $0.name == part.unit }) { return unit }
    if part.unit == "µs" || part.unit == "μs" { return units[1] }
    let lower = part.unit.lowercased()
    let meant = units.first { $0.name == lower || $0.misspellings.contains(lower) }
    let advice = meant.map { "write \(part.digits)\($0.name)" }
    throw problem(
      "has an unknown unit", advice ?? "the units are ns, us, ms, s, m, h, d and w")
  }

  /// Answers the mistakes that deserve a better message than "not a duration".
  private static func refuseOtherForms(_ text: String) throws(ScalarProblem) {
    guard text.utf8.count <= 64 else { throw problem("is not a duration") }
    if DecimalNumber(text) != nil {
      throw problem("has no unit", text == "0" ? "write 0s" : "write \(text)s or \(text)ms")
    }
    if text.utf8.first == UInt8(ascii: "-") { throw problem("is negative") }
    if ["never", "forever", "infinite", "infinity", "none", "off"].contains(text.lowercased()) {
      throw problem("is not a duration", "every duration ends; write a long one such as 365d")
    }
    let joined = text.filter { !$0.isWhitespace }
    if joined != text {
      _ = try nanoseconds(in: joined)
      throw problem("has a space in it", "write \(joined)")
    }
  }

  private static func problem(_ complaint: String, _ advice: String? = nil) -> ScalarProblem {
    ScalarProblem(complaint, advice: advice, expected: expected)
  }
}
