// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataCore
import StrataSystem

/// `strata lab`: shows live what the pipeline does for a slow source.
struct LabCommand: Command {
  static let name = "lab"
  static let summary = "Shows live what the pipeline does for a slow source"
  static let synopsis = "[FILE]"
  static let explanation = """
    Takes the cache 'articles' of a plan (Config/strata.yaml, on memory and files, no server needed)
    and a source that takes 300 ms, and plays: fifty callers stampede, an entry is refreshed before
    it expires, the source dies and recovers, a key is invalidated during a load, the process
    restarts. Each act says what was promised and what was seen; the exit code is 1 if a promise
    was not kept.

      strata lab
      strata lab Config/strata.yaml --json
    """
  static let options: [CommandOption] = [.flag("json", "Prints one JSON object an act")]
  static let words = 0...1
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> Int32 {
    let path = arguments.words.first ?? "Config/strata.yaml"
    let runtime = CacheRuntime.live()
    let lab = Lab(runtime: runtime) { try await Strata.load(path, runtime: runtime) }
    let narrator = LabNarrator(console, isJSON: arguments.has("json"), clock: runtime.clock)
    var isKept = true
    do {
      try await clear(lab)
      for (number, act) in Lab.acts.enumerated() {
        let facts = try await narrator.tell(act, number + 1, of: Lab.acts.count, lab)
        isKept = isKept && facts.allSatisfy(\.holds)
      }
    } catch let error as ConfigurationError {
      console.complain("\(error)")
      return ExitCode.problems
    }
    await lab.stop()
    narrator.end(isKept)
    return isKept ? ExitCode.success : ExitCode.problems
  }

  /// The file tier may be warm from the last time.
  private func clear(_ lab: Lab) async throws { try await lab.cache().clear() }
}
