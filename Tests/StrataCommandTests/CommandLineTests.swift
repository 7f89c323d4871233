// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import StrataCore
import TestSupport
import Testing

@testable import StrataCommand

@Suite("The command line")
struct CommandLineTests {
  private let plan = Repository.path("Config/strata.yaml")
  private let wrong = Repository.path("Tests/StrataCommandTests/Plans/wrong.yaml")
  private let doubtful = Repository.path("Tests/StrataCommandTests/Plans/doubtful.yaml")

  // MARK: Help

  @Test func `help lists every command, and each has a page with an example`() async {
    let overview = await Session("help")
    #expect(overview.status == 0)
    for command in StrataCommand.commands {
      #expect(overview.output.contains(command.summary))
      let page = await Session("help", command.name)
      #expect(page.status == 0)
      #expect(page.output.contains("strata \(command.name)"))
      for option in command.options { #expect(page.output.contains("--\(option.name)")) }
      let same = await Session(command.name, "--help")
      #expect(same.output == page.output)
    }
  }

  @Test func `without a command there is help, and --version says which`() async {
    #expect(await Session().output == Session("help").output)
    #expect(await Session("--version").output.contains(Version.text))
  }

  @Test(arguments: [
    (["chek"], "did you mean 'check'?"), (["check"], "strata check"),
    (["check", "a", "b"], "strata check"), (["check", "a", "--jsno"], "did you mean '--json'?"),
    (["help", "lba"], "did you mean 'lab'?"),
  ])
  func `a wrong call says what would be right`(words: [String], advice: String) async {
    let session = await Session(words)
    #expect(session.status == 2)
    #expect(session.errors.contains(advice), "\(session.errors)")
    #expect(session.output.isEmpty)
  }

  // MARK: Check

  @Test func `a good file is good`() async {
    let session = await Session("check", plan)
    #expect(session.status == 0)
    #expect(session.output.contains("good, 1 cache"))
  }

  @Test func `everything that is wrong is told at once, with its place`() async {
    let session = await Session("check", wrong)
    #expect(session.status == 1)
    #expect(session.output.contains("wrong.yaml:3:27: stores.memory.capcity"))
    #expect(session.output.contains("did you mean \"capacity\"?"))
    #expect(session.output.contains("wrong.yaml:6:10: caches.users.ttl"))
    #expect(session.output.contains("2 errors"))
  }

  @Test func `as JSON there is one object a problem`() async throws {
    let session = await Session("check", wrong, "--json")
    let lines = session.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.hasPrefix("{\"severity\":\"error\"") && $0.hasSuffix("}") })
    #expect(lines.first?.contains("\"line\":3,\"column\":27") == true)
  }

  @Test func `a warning is an error where asked`() async {
    let lenient = await Session("check", doubtful)
    #expect(lenient.status == 0)
    #expect(lenient.output.contains("0 errors, 1 warning"))
    let strict = await Session("check", doubtful, "--strict")
    #expect(strict.status == 1)
  }

  @Test func `a file that is not there is an error with its name`() async {
    let session = await Session("check", "/nowhere/strata.yaml")
    #expect(session.status == 1)
    #expect(session.output.contains("/nowhere/strata.yaml"))
  }

  // MARK: Explain

  @Test func `explain draws the stages in their order, with defaults`() async {
    let session = await Session("explain", plan)
    #expect(session.status == 0)
    let stages = [
      "fail-safe", "local", "refresh-ahead", "stampede-guard", "ttl-jitter", "negative",
    ]
    var rest = session.output[...]
    for stage in stages {
      guard let place = rest.firstRange(of: stage) else {
        Issue.record("\(stage) is missing, or stands too early:\n\(session.output)")
        return
      }
      rest = rest[place.upperBound...]
    }
    #expect(session.output.contains("throttle"))
    // Not in the file: a default.
    #expect(session.output.contains("scope"))
  }

  @Test func `as Mermaid it is a flowchart, as JSON one object a cache`() async {
    let mermaid = await Session("explain", plan, "articles", "--mermaid")
    #expect(mermaid.output.hasPrefix("flowchart"))
    let json = await Session("explain", plan, "articles", "--json")
    #expect(json.output.hasPrefix("{") && json.output.split(separator: "\n").count == 1)
  }

  @Test func `a cache that is not there is answered with the nearest`() async {
    let session = await Session("explain", plan, "artciles")
    #expect(session.status == 2)
    #expect(session.errors.contains("did you mean 'articles'?"))
  }

  @Test func `a file with errors is not explained`() async {
    let session = await Session("explain", wrong)
    #expect(session.status == 1)
    #expect(session.errors.contains("capcity"))
  }

  // MARK: Init

  @Test func `what init writes is good, and is not overwritten`() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("strata.yaml").path
    #expect(await Session("init", file).status == 0)
    let check = await Session("check", file, "--strict")
    #expect(check.status == 0, "\(check.output)")
    let again = await Session("init", file)
    #expect(again.status == 3)
    #expect(again.errors.contains("--force"))
    #expect(await Session("init", file, "--force").status == 0)
  }

  @Test func `init prints where asked`() async {
    let session = await Session("init", "-")
    #expect(session.status == 0)
    #expect(session.output.contains("version: 1"))
  }
}

/// One call of the command, and what it wrote.
private struct Session {
  let status: Int32
  let output: String
  let errors: String

  init(_ words: String...) async { await self.init(words) }

  init(_ words: [String]) async {
    let paper = Paper()
    let console = Console(
      isTerminal: false, write: { text in paper.output.withLock { $0 += text } },
      writeError: { text in paper.errors.withLock { $0 += text } })
    status = await StrataCommand.run(words, console)
    output = paper.output.withLock { $0 }
    errors = paper.errors.withLock { $0 }
  }

  private final class Paper: Sendable {
    let output = Lock("")
    let errors = Lock("")
  }
}
