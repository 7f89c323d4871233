// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Tells the acts as they happen: with a live line on a terminal, as plain lines elsewhere.
struct LabNarrator {
  private let console: Console
  private let isJSON: Bool
  private let clock: any CacheClock

  init(_ console: Console, isJSON: Bool, clock: any CacheClock) {
    self.console = console
    self.isJSON = isJSON
    self.clock = clock
  }

  /// Performs an act and tells what was seen.
  func tell(_ act: any LabAct, _ number: Int, of count: Int, _ lab: Lab) async throws -> [LabFact] {
    if !isJSON {
      console.print(console.styled("\(number)/\(count)  \(act.title)", .bold))
      console.print("     \(act.story)")
    }
    let live = startLiveLine(lab)
    defer { live?.cancel() }
    let facts = try await act.perform(in: lab)
    live?.cancel()
    await live?.wait()
    if isJSON { console.print(json(act, facts).text) } else { show(facts) }
    return facts
  }

  func end(_ isKept: Bool) {
    if isJSON { return }
    console.print(
      isKept
        ? console.styled("Every promise was kept.", .green)
        : console.styled("A promise was not kept.", .red))
  }

  private func show(_ facts: [LabFact]) {
    for fact in facts {
      let mark = fact.holds ? console.styled("✓", .green) : console.styled("✗", .red)
      console.print("     \(mark) \(fact.text)")
    }
    console.print()
  }

  /// On a terminal: time and loads so far, redrawn in place ten times a second.
  private func startLiveLine(_ lab: Lab) -> (any SpawnedTask)? {
    guard console.isTerminal, !isJSON else { return nil }
    let (console, clock) = (console, clock)
    let began = clock.now
    return lab.runtime.tasks.spawn("lab live line") {
      while (try? await clock.sleep(for: .milliseconds(100))) != nil {
        let loads = lab.source.loads
        let line = "     … \((clock.now - began).shown), \(loads) load\(loads == 1 ? "" : "s")"
        console.printRaw("\r\u{1B}[K\(console.styled(line, .dim))")
      }
      console.printRaw("\r\u{1B}[K")
    }
  }

  private func json(_ act: any LabAct, _ facts: [LabFact]) -> JSONText {
    .object([
      ("act", .string(act.title)),
      ("kept", .bool(facts.allSatisfy(\.holds))),
      (
        "facts",
        .array(
          facts.map { .object([("text", .string($0.text)), ("holds", .bool($0.holds))]) })
      ),
    ])
  }
}
