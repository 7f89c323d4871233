// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// Something that was found in a store and should never have been there, kept for inspection.
public struct QuarantinedValue: Sendable, CustomStringConvertible {
  /// The key under which it was found.
  public let key: KeyDigest
  /// The tier that found it.
  public let tier: String
  /// What is wrong with it.
  public let reason: String
  /// The bytes as they were found. They may hold a value: show them to nobody who may not see it.
  public let bytes: [UInt8]
  /// When it was found.
  public let foundAt: Timestamp

  /// What is known about it, without the bytes.
  public var description: String { "\(key) in \(tier): \(reason), \(bytes.count) bytes" }
}
