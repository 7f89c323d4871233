// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The names of segment files: the number in ten digits, so that names sort as numbers do.
public enum SegmentName {
  static let suffix = ".segment"

  /// The name of the segment `number`.
  public static func name(_ number: UInt32) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 10 - digits.count) + digits + suffix
  }

  /// The number of the segment called `name`; `nil` for any other file.
  public static func number(_ name: String) -> UInt32? {
    guard name.hasSuffix(suffix), name.utf8.count == 10 + suffix.utf8.count else { return nil }
    let digits = name.prefix(10)
    guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return UInt32(digits)
  }
}
