// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// What came of reading a configuration.
public struct ConfigReading: Sendable {
  /// The tree, always a map. It may be there in spite of problems, so that a check of what it says
  /// can report its own findings too; `nil` where too little could be read.
  public var root: ConfigNode?
  /// What is wrong, file by file, in the order of each file.
  public var problems: [ConfigurationProblem]
  /// The paths of the files that were read: those to watch for changes.
  public var files: [String]

  /// The tree, where nothing at all is wrong.
  public func checked() throws(ConfigurationError) -> ConfigNode {
    guard let root, problems.isEmpty else { throw ConfigurationError(problems) }
    return root
  }
}
