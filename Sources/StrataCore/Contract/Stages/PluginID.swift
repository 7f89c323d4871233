// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The one name of a stage, a store kind or a codec: in YAML, metrics, errors and documentation.
///
/// Kebab-case: lower-case letters, digits and single hyphens, beginning with a letter.
public struct PluginID: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The name.
  public let name: String

  /// Creates an identifier from a literal.
  public init(stringLiteral value: String) { name = value }

  /// Creates an identifier; the registry refuses one that is not kebab-case.
  public init(_ name: String) { self.name = name }

  /// The name.
  public var description: String { name }

  /// Whether the name is kebab-case.
  public var isWellFormed: Bool {
    let bytes = Array(name.utf8)
    guard let first = bytes.first, first >= 97 && first <= 122 else { return false }
    guard bytes.last != UInt8(ascii: "-"), !name.contains("--") else { return false }
    return bytes.allSatisfy {
      ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: "-")
    }
  }
}

/// The identifier of a stage.
public typealias StageID = PluginID
