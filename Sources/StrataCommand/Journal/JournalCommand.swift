// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import JournalQueue
import Strata
import StrataConfig
import StrataCore

/// `strata journal`: what waits to be delivered, and what could not be.
struct JournalCommand: Command {
  static let name = "journal"
  static let summary = "Shows the writes that wait behind a cache, and replays dead letters"
  static let synopsis = "status|dead-letters|replay FILE|DIRECTORY"
  static let explanation = """
    With write-behind a write waits in a journal until the sink has it. What the sink rejects becomes
    a dead letter, with its reason, and everything else goes on. Give the plan's file, for all its
    journals, or the directory of one.

      status        What waits and for how long; also while the service runs. Exits with 1 where
                    there are dead letters or damage, for monitoring.
      dead-letters  What could not be delivered, and why; also while the service runs.
      replay        Puts the dead letters back into the queue, to be delivered when the service
                    starts. Something newer for the same key takes their place. Stop the service
                    first, or let it do it itself: WriteBehind.replayDeadLetters().

      strata journal status Config/embedded.yaml
      strata journal dead-letters /var/lib/app/outbox --keys
      strata journal replay /var/lib/app/outbox
    """
  static let options: [CommandOption] = [
    .flag("keys", "Shows keys rather than their digests; they may hold personal data"),
    .flag("drop", "With dead-letters: forgets them for good; the service must be stopped"),
    .flag("json", "Prints one JSON object a journal"),
  ]
  static let words = 2...2

  private enum Action: String, CaseIterable {
    case status
    case deadLetters = "dead-letters"
    case replay
  }

  private let action: Action
  private let arguments: Arguments

  init(_ arguments: Arguments) throws {
    guard let action = Action(rawValue: arguments.words[0]) else {
      let known = Action.allCases.map(\.rawValue)
      throw UsageError(
        unknown("action", arguments.words[0], among: known, see: "strata journal --help"))
    }
    if arguments.has("drop"), action != .deadLetters {
      throw UsageError("--drop goes with dead-letters only")
    }
    self.action = action
    self.arguments = arguments
  }

  func run(_ console: Console) async throws -> Int32 {
    guard let directories = directories(console) else { return ExitCode.problems }
    var code = ExitCode.success
    for directory in directories {
      do {
        code = max(code, try await run(directory, console))
      } catch let error as CacheError {
        console.complain("\(directory): \(error.message)")
        code = ExitCode.failure
      }
    }
    return code
  }

  private func run(_ directory: String, _ console: Console) async throws -> Int32 {
    let report = JournalReport(
      directory: directory, showsKeys: arguments.has("keys"), isJSON: arguments.has("json"))
    switch action {
    case .status:
      let contents = try JournalQueue.contents(of: directory, runtime: .standard)
      report.status(contents, now: CacheRuntime.standard.now, console)
      return contents.status.isHealthy ? ExitCode.success : ExitCode.problems
    case .deadLetters where arguments.has("drop"):
      let count = try await opened(directory) { try await $0.dropDeadLetters() }
      report.dropped(count, console)
    case .deadLetters:
      let contents = try JournalQueue.contents(of: directory, runtime: .standard)
      report.letters(contents.letters, now: CacheRuntime.standard.now, console)
    case .replay:
      let counts = try await opened(directory) { try await $0.replayDeadLetters() }
      report.replayed(counts.replayed, superseded: counts.superseded, console)
    }
    return ExitCode.success
  }

  private func opened<Result: Sendable>(
    _ directory: String, _ body: (JournalQueue) async throws -> Result
  ) async throws -> Result {
    // Opening makes what is missing; a mistyped path must not.
    _ = try JournalQueue.contents(of: directory, runtime: .standard)
    let queue = try JournalQueue(directory: directory, runtime: .standard)
    try await queue.open()
    let result: Result
    do { result = try await body(queue) } catch {
      await queue.close()
      throw error
    }
    await queue.close()
    return result
  }

  /// The directories that are meant; `nil` where the plan's file is wrong, which has been said.
  private func directories(_ console: Console) -> [String]? {
    let path = arguments.words[1]
    guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else { return [path] }
    let reading = PlanFile.read(path)
    guard let plan = reading.plan else {
      for problem in reading.problems { console.complain("\(problem)") }
      return nil
    }
    let journals = plan.stores.filter { $0.kind == JournalQueue.kind }.compactMap { store in
      if case .scalar(let path, _) = store.block.node.field("path")?.value.value {
        path
      } else {
        nil
      }
    }
    if journals.isEmpty { console.complain("\(path) has no store of kind journal") }
    return journals.isEmpty ? nil : journals
  }
}

extension WriteQueueStatus {
  /// Whether nobody has to look.
  fileprivate var isHealthy: Bool { deadLetters == 0 && damaged == 0 }
}
