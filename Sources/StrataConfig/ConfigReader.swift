// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Reads a configuration and the files that it includes into one tree.
///
/// ```yaml
/// include: [stores.yaml, caches/users.yaml]      # relative to this file
/// version: 1
/// stores:
///   redis: { url: "${REDIS_URL:-redis://127.0.0.1:6379}" }
/// ```
///
/// Maps are joined key by key, at every level; everything else is taken whole. What a file says
/// wins over what it includes, so an included file is a base to build on. Two included files may
/// not say different things of the same key, since nothing would tell which was meant.
///
/// Nothing is done to the process or the disk but reading: files come through ``ConfigFiles``,
/// variables through a closure.
public struct ConfigReader: Sendable {
  private let files: any ConfigFiles
  private let variables: Variables
  let limits: ConfigLimits

  /// Creates a reader. `environment` returns the value of a variable, `nil` where it is unset.
  public init(
    files: any ConfigFiles, environment: @escaping @Sendable (String) -> String?,
    limits: ConfigLimits = ConfigLimits()
  ) {
    self.files = files
    variables = Variables(value: environment)
    self.limits = limits
  }

  /// Reads the file at `path` and all that it includes.
  public func read(_ path: String) -> ConfigReading {
    var session = IncludeSession(files: files, variables: variables, limits: limits)
    let root = session.load(path)
    return ConfigReading(
      root: session.isComplete ? root : nil,
      problems: ProblemList.cut(session.problems, to: limits.problems), files: session.filesRead)
  }
}
