// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataConfig
import StrataCore

/// `strata check`: everything that is wrong with a file, at once.
struct CheckCommand: Command {
  static let name = "check"
  static let summary = "Checks a configuration file: all errors and warnings at once"
  static let synopsis = "FILE"
  static let explanation = """
    Reads the file as a service would and reports everything that is wrong with it, each with its
    line, its path, what was given and what would be right. Nothing is opened or connected.

      strata check Config/strata.yaml
    """
  static let options: [CommandOption] = [
    .flag("json", "Prints one JSON object a problem"),
    .flag("strict", "Takes warnings for errors"),
  ]
  static let words = 1...1
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> Int32 {
    let path = arguments.words[0]
    let reading = PlanFile.read(path)
    let errors = reading.problems.filter { $0.severity == .error }
    let warnings = reading.problems.count - errors.count
    for problem in reading.problems {
      console.print(arguments.has("json") ? json(problem).text : styled(problem, console))
    }
    let isGood = errors.isEmpty && (warnings == 0 || !arguments.has("strict"))
    if !arguments.has("json") {
      let caches = reading.plan?.caches.count ?? 0
      let found = "\(counted(errors.count, "error")), \(counted(warnings, "warning"))"
      console.print(
        reading.problems.isEmpty
          ? console.styled("\(path): good, \(counted(caches, "cache"))", .green)
          : "\(path): \(found)")
    }
    return isGood ? ExitCode.success : ExitCode.problems
  }

  private func styled(_ problem: ConfigurationProblem, _ console: Console) -> String {
    console.styled("\(problem)", problem.severity == .error ? .red : .yellow)
  }

  private func counted(_ count: Int, _ what: String) -> String {
    "\(count) \(what)\(count == 1 ? "" : "s")"
  }

  private func json(_ problem: ConfigurationProblem) -> JSONText {
    .object([
      ("severity", .string(problem.severity.rawValue)),
      ("file", .string(problem.location.file)), ("line", .integer(problem.location.line)),
      ("column", .integer(problem.location.column)), ("path", .string(problem.path)),
      ("message", .string(problem.message)),
    ])
  }
}
