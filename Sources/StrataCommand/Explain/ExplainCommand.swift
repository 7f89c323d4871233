// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataConfig
import StrataCore

/// `strata explain`: what a plan does, with every default that applies.
struct ExplainCommand: Command {
  static let name = "explain"
  static let summary = "Draws the pipeline of a cache, with every default that applies"
  static let synopsis = "FILE [CACHE]"
  static let explanation = """
    Shows what every request of a cache passes, from the outside in: the stages in the order of the
    file, each with all its options, those you wrote and those that apply because you did not.

      strata explain Config/strata.yaml
      strata explain Config/strata.yaml users --mermaid
    """
  static let options: [CommandOption] = [
    .flag("mermaid", "Prints a Mermaid flowchart, for documentation"),
    .flag("json", "Prints one JSON object a cache"),
  ]
  static let words = 1...2
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> Int32 {
    let reading = PlanFile.read(arguments.words[0])
    guard let plan = reading.plan else {
      for problem in reading.problems { console.complain("\(problem)") }
      return ExitCode.problems
    }
    let caches = try selected(plan)
    for cache in caches {
      let drawing = CacheDrawing(cache, plan: plan, registry: .builtIn)
      if arguments.has("json") {
        console.print(drawing.json().text)
      } else {
        for line in arguments.has("mermaid") ? drawing.mermaid() : drawing.lines(console) {
          console.print(line)
        }
      }
    }
    return ExitCode.success
  }

  private func selected(_ plan: Plan) throws(UsageError) -> [CachePlan] {
    guard arguments.words.count > 1 else { return plan.caches }
    let name = arguments.words[1]
    let found = plan.caches.filter { $0.policy.name == name }
    guard !found.isEmpty else {
      let names = plan.caches.map(\.policy.name)
      throw UsageError(unknown("cache", name, among: names, see: names.joined(separator: ", ")))
    }
    return found
  }
}
