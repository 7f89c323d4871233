// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Everything that is wrong with a configuration, reported at once.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  /// The problems, in the order of the file.
  public var problems: [ConfigurationProblem]

  /// Creates an error from its problems.
  public init(_ problems: [ConfigurationProblem]) { self.problems = problems }

  /// Creates an error with one problem.
  public init(at location: SourceLocation, path: String, _ message: String) {
    problems = [ConfigurationProblem(at: location, path: path, message)]
  }

  /// The problems, one a line.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}
