// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A key and its value in a map or an attribute.
public struct RESPPair: Sendable, Hashable {
  /// The key, usually a string, but any value can be one.
  public var key: RESPValue
  /// The value.
  public var value: RESPValue

  /// A pair of `key` and `value`.
  public init(_ key: RESPValue, _ value: RESPValue) {
    self.key = key
    self.value = value
  }
}
