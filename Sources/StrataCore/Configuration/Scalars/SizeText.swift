// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Sizes in bytes as configurations write them: `256MiB`, `10MB`, `1.5GiB`, `64KiB`, `0B`.
///
/// `KiB`, `MiB`, `GiB` and `TiB` count in 1024s; `kB` (or `KB`), `MB`, `GB` and `TB` in 1000s.
/// The one-letter forms `k`, `M` and `G` mean either to somebody, so they are refused with advice.
public enum SizeText {
  /// What messages say to write, whatever was given.
  public static let expected = "write a size such as 64KiB, 256MiB or 10MB"

  /// A regular expression that every size matches, for editors; it lets some others pass.
  public static let pattern = #"^[0-9][0-9_]*(\.[0-9_]+)?(B|[kK]B|[MGT]B|[KMGT]iB)$"#

  /// Reads a size.
  public static func parse(_ text: String) -> Result<Int, ScalarProblem> {
    do throws(ScalarProblem) {
      return .success(try bytes(in: text))
    } catch {
      return .failure(error)
    }
  }

  /// The size as a configuration writes it, in the largest unit of 1024s that leaves no rest.
  public static func text(for bytes: Int) -> String {
    let size = UInt64(max(0, bytes))
    let unit = units.reversed().first { $0.bytes & ($0.bytes - 1) == 0 && size % $0.bytes == 0 }
    guard size > 0, let unit else { return "\(size)B" }
    return "\(size / unit.bytes)\(unit.name)"
  }

  // MARK: - Reading

  struct Unit { let name: String, bytes: UInt64 }

  /// From the smallest to the largest.
  static let units = [
    Unit(name: "B", bytes: 1),
    Unit(name: "kB", bytes: 1000), Unit(name: "KiB", bytes: 1 << 10),
    Unit(name: "MB", bytes: 1_000_000), Unit(name: "MiB", bytes: 1 << 20),
    Unit(name: "GB", bytes: 1_000_000_000), Unit(name: "GiB", bytes: 1 << 30),
    Unit(name: "TB", bytes: 1_000_000_000_000), Unit(name: "TiB", bytes: 1 << 40),
  ]

  private static func bytes(in text: String) throws(ScalarProblem) -> Int {
    try refuseOtherForms(text)
    guard let parts = ScalarParts(text), parts.all.count == 1, let part = parts.all.first else {
      throw problem("is not a size")
    }
    switch part.number.times(try unit(of: part).bytes) {
    case .exact(let bytes) where bytes <= UInt64(Int.max): return Int(bytes)
    case .inexact: throw problem("is not a whole number of bytes")
    default: throw problem("is too large", "the largest size is 8388607TiB")
    }
  }

  private static func unit(of part: ScalarParts.Part) throws(ScalarProblem) -> Unit {
    if let unit = units.first(where: { $0.name == part.unit }) { return unit }
    if part.unit == "KB" { return units[1] }
    guard let letter = part.unit.uppercased().first else { throw problem("has no unit") }
    let digits = part.digits
    switch part.unit.lowercased() {
    case "b", "byte", "bytes": throw problem("has an unknown unit", "write \(digits)B")
    case "k", "m", "g", "t":
      let thousand = letter == "K" ? "k" : letter
      throw problem(
        "has a unit that is 1024 to some and 1000 to others",
        "write \(digits)\(letter)iB or \(digits)\(thousand)B")
    case "kib", "mib", "gib", "tib":
      throw problem("has an unknown unit", "write \(digits)\(letter)iB")
    case "kb", "mb", "gb", "tb":
      throw problem("has an unknown unit", "write \(digits)\(letter)B or \(digits)\(letter)iB")
    default:
      throw problem("has an unknown unit", "the units are B, KiB, MiB, GiB, TiB, kB, MB, GB and TB")
    }
  }

  /// Answers the mistakes that deserve a better message than "not a size".
  private static func refuseOtherForms(_ text: String) throws(ScalarProblem) {
    guard text.utf8.count <= 64 else { throw problem("is not a size") }
    if let number = DecimalNumber(text) {
      let advice = number.isWhole ? "write \(text)MiB or \(text)B" : "write \(text)MiB"
      throw problem("has no unit", text == "0" ? "write 0B" : advice)
    }
    if text.utf8.first == UInt8(ascii: "-") { throw problem("is negative") }
    let joined = text.filter { !$0.isWhitespace }
    if joined != text {
      _ = try bytes(in: joined)
      throw problem("has a space in it", "write \(joined)")
    }
  }

  private static func problem(_ complaint: String, _ advice: String? = nil) -> ScalarProblem {
    ScalarProblem(complaint, advice: advice, expected: expected)
  }
}
