// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A place in a configuration file: what an error points at.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  /// The file as the user named it, or a word such as `<builder>` where there is no file.
  public var file: String
  /// The line, from 1.
  public var line: Int
  /// The column, from 1.
  public var column: Int

  /// Creates a location.
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// The location as editors understand it: `file:line:column`.
  public var description: String { "\(file):\(line):\(column)" }
}
