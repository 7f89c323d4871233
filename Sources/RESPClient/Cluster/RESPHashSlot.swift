// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The slots of a cluster: a CRC of a name, or of the part of it in braces.
///
/// `{user:42}:orders` and `{user:42}:cart` are in one slot. Only the first pair of braces counts,
/// and only with something between them.
public enum RESPHashSlot {
  /// How many there are.
  public static let count = 16_384

  /// The slot of a name.
  public static func slot(of name: UnsafeRawBufferPointer) -> Int {
    Int(checksum(tag(of: name)) & 0x3FFF)
  }

  /// The slot of a name.
  public static func slot(of name: String) -> Int {
    Array(name.utf8).withUnsafeBytes { slot(of: $0) }
  }

  /// A short word in the slot: in braces it puts any name there.
  public static func tag(of slot: Int) -> String { tags[slot & 0x3FFF] }

  /// The first words, counted up, that fall into each slot.
  private static let tags: [String] = {
    var tags = [String](repeating: "", count: count)
    var (found, number) = (0, 0)
    while found < count {
      let word = String(number, radix: 36)
      let slot = slot(of: word)
      if tags[slot].isEmpty {
        tags[slot] = word
        found += 1
      }
      number += 1
    }
    return tags
  }()

  private static func tag(of name: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard let open = name.firstIndex(of: UInt8(ascii: "{")),
      let close = name[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
    else { return name }
    return UnsafeRawBufferPointer(rebasing: name[(open + 1)..<close])
  }

  /// CRC-16 with the polynomial 0x1021 and nothing reflected, as clusters define it.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt16 {
    var sum: UInt16 = 0
    for byte in bytes { sum = sum << 8 ^ table[Int(UInt8(sum >> 8) ^ byte)] }
    return sum
  }

  private static let table: [UInt16] = (0..<256).map { byte in
    var sum = UInt16(byte) << 8
    for _ in 0..<8 { sum = sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
    return sum
  }
}
