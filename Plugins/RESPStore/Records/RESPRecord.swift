// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The head of what the server keeps for a key; see ``RESPScripts`` for its form.
struct RESPRecord {
  static let versionLength = 16
  static let headLength = 32
  /// A version that no clock reaches.
  static let never: UInt64 = 8_999_999_999_999_999

  /// The version, in the server's microseconds.
  var version: UInt64
  /// When it expires, by the server's clock; `nil` for a tombstone.
  var expiry: UInt64?

  /// The head of `bytes`; `nil` where they are nothing that this store wrote.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= Self.versionLength, let version = Self.number(bytes, at: 0) else {
      return nil
    }
    self.version = version
    if bytes.count == Self.versionLength { return }
    guard bytes.count >= Self.headLength,
      let expiry = Self.number(bytes, at: Self.versionLength)
    else { return nil }
    self.expiry = expiry
  }

  /// The 16 digits at `offset` as a number; `nil` for what the scripts take for none either.
  @inline(__always)
  static func number(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64? {
    var number: UInt64 = 0
    for index in offset..<(offset + 16) {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      number = number &* 10 &+ UInt64(digit)
    }
    return number < 9_000_000_000_000_000 ? number : nil
  }

  /// A number as 16 digits.
  static func text(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
  }
}
