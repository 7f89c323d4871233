// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// What came of reading a plan.
public struct PlanReading: Sendable {
  /// The plan; `nil` where anything is wrong with it.
  public var plan: Plan?
  /// All that is wrong or doubtful, in the order of the files.
  public var problems: [ConfigurationProblem]
  /// The paths of the files that were read: those to watch for changes.
  public var files: [String]
  /// The whole configuration with all that was included; `nil` where too little could be read.
  public var root: ConfigNode?

  /// Creates a result.
  public init(
    plan: Plan?, problems: [ConfigurationProblem], files: [String], root: ConfigNode?
  ) {
    self.plan = plan
    self.problems = problems
    self.files = files
    self.root = root
  }

  /// The plan, where nothing is wrong with it. Doubtful things are no obstacle.
  public func checked() throws(ConfigurationError) -> Plan {
    guard let plan else { throw ConfigurationError(problems) }
    return plan
  }
}

extension ConfigReader {
  /// Reads the plan in the file at `path` and checks it against the plugins of `registry`.
  ///
  /// Whatever is wrong is found at once, from the characters of the file to the order of stages.
  public func plan(_ path: String, registry: Registry) -> PlanReading {
    let reading = read(path)
    guard let root = reading.root else {
      return PlanReading(plan: nil, problems: reading.problems, files: reading.files, root: nil)
    }
    var reader = PlanReader(registry: registry)
    let plan = reader.plan(from: root)
    let soFar = ProblemList.joined([reading.problems, reader.problems])
    let check = PlanCheck(plan, registry: registry, isWhole: soFar.isEmpty)
    let problems = ProblemList.joined([reading.problems, reader.problems, check.problems()])
    let isUsable = !problems.contains { $0.severity == .error }
    return PlanReading(
      plan: isUsable ? plan : nil, problems: ProblemList.cut(problems, to: limits.problems),
      files: reading.files, root: root)
  }
}
