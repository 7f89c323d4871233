// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A label under which entries are invalidated together.
public struct Tag: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The label.
  public let name: String

  /// Creates a tag.
  public init(_ name: String) { self.name = name }

  /// Creates a tag from a literal.
  public init(stringLiteral value: String) { name = value }

  /// The label.
  public var description: String { name }
}
