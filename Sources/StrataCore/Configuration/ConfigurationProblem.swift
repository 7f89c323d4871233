// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One thing that is wrong, or doubtful, in a configuration.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
  /// How bad it is.
  public enum Severity: String, Hashable, Sendable {
    /// The plan cannot be used.
    case error
    /// The plan works, but not as its author probably wants.
    case warning
  }

  /// How bad it is.
  public var severity: Severity
  /// Where it stands.
  public var location: SourceLocation
  /// The path inside the file: `caches.users.pipeline[2].stampede-guard.wait`.
  public var path: String
  /// What was given, what was expected and, where one is near, the right word.
  public var message: String

  /// Creates a problem.
  public init(
    _ severity: Severity = .error, at location: SourceLocation, path: String, _ message: String
  ) {
    self.severity = severity
    self.location = location
    self.path = path
    self.message = message
  }

  /// The problem on one line: `strata.yaml:14:11: caches.users.ttl: "5" has no unit; write 5s`.
  public var description: String {
    let mark = severity == .warning ? "warning: " : ""
    let place = path.isEmpty ? "" : "\(path): "
    return "\(location): \(mark)\(place)\(message)"
  }
}
