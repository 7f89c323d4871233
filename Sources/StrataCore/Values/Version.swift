// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The place of a value in the order of writes to its key.
///
/// The top 8 bits say who issued it, the low 56 bits grow. Only versions of one issuer can be
/// compared: issuer 0 is this process, a shared store issues its own (from its clock, in the reply
/// to a miss or a write), so skewed clocks between nodes cannot matter.
public struct Version: Hashable, Sendable {
  /// Issuer and number in one word.
  public let rawValue: UInt64

  /// Creates a version from its word.
  @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Creates a version from an issuer and the low 56 bits of `number`.
  @inlinable public init(issuer: UInt8, number: UInt64) {
    rawValue = UInt64(issuer) << 56 | number & 0x00FF_FFFF_FFFF_FFFF
  }

  /// Who issued it: 0 is this process.
  @inlinable public var issuer: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 56) }

  /// The issuer that stands for the store called `name` in its plan: never 0, the same on every
  /// node. A plan in which two stores of one pipeline get the same is refused.
  public static func issuer(of name: String) -> UInt8 {
    let hash = Array(name.utf8).withUnsafeBytes { KeyHash.hash($0, seed: 0x5354_5241_5441_0004) }
    return UInt8(truncatingIfNeeded: hash % 255) + 1
  }

  /// The part that grows.
  @inlinable public var number: UInt64 { rawValue & 0x00FF_FFFF_FFFF_FFFF }

  /// No version: older than every other of any issuer.
  public static let none = Version(rawValue: 0)

  /// Whether this is known to be older than `other`: same issuer, lower number.
  @inlinable public func isOlder(than other: Version) -> Bool {
    issuer == other.issuer && number < other.number
  }
}
