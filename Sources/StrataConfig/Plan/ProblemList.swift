// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The findings of several checks as one list.
enum ProblemList {
  /// What the checks found, in the order of the files, one finding a place.
  ///
  /// A check that comes later sees what an earlier one left of a wrong value, so at a place where
  /// something is wrong already it has nothing to add. Findings of one check at one place all stay.
  static func joined(_ checks: [[ConfigurationProblem]]) -> [ConfigurationProblem] {
    var wrongPlaces: Set<SourceLocation> = []
    var all: [ConfigurationProblem] = []
    for problems in checks {
      all += problems.filter { !wrongPlaces.contains($0.location) }
      wrongPlaces.formUnion(problems.lazy.filter { $0.severity == .error }.map(\.location))
    }
    return sorted(all)
  }

  /// The first `limit` problems, and where there are others, one more that says so.
  static func cut(_ problems: [ConfigurationProblem], to limit: Int) -> [ConfigurationProblem] {
    guard problems.count > limit else { return problems }
    let place = problems[limit].location
    let more = ConfigurationProblem(at: place, path: "", "there are more problems")
    return problems.prefix(limit) + [more]
  }

  /// By file, in the order in which the files are first named; then by line and column.
  private static func sorted(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
    var files: [String: Int] = [:]
    for problem in problems where files[problem.location.file] == nil {
      files[problem.location.file] = files.count
    }
    let keys = problems.enumerated().map { position, problem in
      let place = problem.location
      return (files[place.file] ?? 0, place.line, place.column, position)
    }
    return keys.sorted(by: <).map { problems[$0.3] }
  }
}
