// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A value of a configuration file with the place where it stands.
///
/// The core knows no YAML: whoever reads a file (or builds a configuration in code) hands over
/// this tree, and every plugin reads its own block of it through ``StageOptions``.
public struct ConfigNode: Sendable {
  /// What stands there.
  public indirect enum Value: Sendable {
    /// Nothing, `~` or `null`.
    case null
    /// A scalar as written. `quoted` tells `"5"` from `5`.
    case scalar(String, quoted: Bool)
    /// A list.
    case list([ConfigNode])
    /// A map in the order of the file; keys are unique.
    case map([Field])
  }

  /// A key of a map and its value.
  public struct Field: Sendable {
    /// The key as written.
    public var key: String
    /// Where the key stands.
    public var location: SourceLocation
    /// What it holds.
    public var value: ConfigNode

    /// Creates a field.
    public init(key: String, location: SourceLocation, value: ConfigNode) {
      self.key = key
      self.location = location
      self.value = value
    }
  }

  /// What stands there.
  public var value: Value
  /// Where it stands.
  public var location: SourceLocation
  /// The scalar as the file has it, where environment variables were filled into it: `${PORT}`.
  ///
  /// Messages and printed configurations show this text, so that the value of a variable, which
  /// may be a password, never leaves the process.
  public var written: String?

  /// Creates a node.
  public init(_ value: Value, at location: SourceLocation, written: String? = nil) {
    self.value = value
    self.location = location
    self.written = written
  }

  /// Whether the value was filled in from the environment and must not be shown.
  public var isFromEnvironment: Bool { written != nil }

  /// The fields of a map; empty for everything else.
  public var fields: [Field] {
    if case .map(let fields) = value { fields } else { [] }
  }

  /// The field named `key`, where this is a map that has it.
  public func field(_ key: String) -> Field? { fields.first { $0.key == key } }

  /// The value as an error message shows it: scalars as written, everything else by its shape.
  ///
  /// Cut to 60 characters; of what came from the environment only the variable's name is shown.
  /// Options that hold secrets never reach a message (see ``OptionType``).
  public var shown: String {
    switch value {
    case .null: "nothing"
    case .scalar(let text, _): ScalarProblem.quoted(written ?? text)
    case .list(let items): "a list of \(items.count)"
    case .map(let fields): "a map of \(fields.count)"
    }
  }
}
