// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataConfig
import StrataCore

/// The file that a command looks at.
enum PlanFile {
  /// Reads and checks the file, with everything that is wrong with it.
  static func read(_ path: String) -> PlanReading {
    do {
      return try Strata.read(path)
    } catch let error as ConfigurationError {
      return PlanReading(plan: nil, problems: error.problems, files: [], root: nil)
    } catch {
      let place = SourceLocation(file: path, line: 1, column: 1)
      let problem = ConfigurationProblem(at: place, path: "", "\(error)")
      return PlanReading(plan: nil, problems: [problem], files: [], root: nil)
    }
  }
}
