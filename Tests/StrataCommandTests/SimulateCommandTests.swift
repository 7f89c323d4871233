// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import MemoryStore
import StrataCore
import Testing

@testable import StrataCommand

@Suite("strata simulate")
struct SimulateCommandTests {
  /// Where a command writes in a test.
  private final class Screen: Sendable {
    let output = Lock("")
    let errors = Lock("")

    func console(isWatched: Bool = false) -> Console {
      Console(
        isTerminal: false, isWatched: isWatched,
        write: { text in self.output.withLock { $0 += text } },
        writeError: { text in self.errors.withLock { $0 += text } })
    }
  }

  private static func run(
    _ capacities: [Int], _ policies: [String], share: Double = 1
  ) async -> [SimulationRun.Cell] {
    var generator = WorkloadGenerator(seed: 1)
    let keys = generator.zipf(keys: 2_000, exponent: 0.9, count: 20_000)
    let run = SimulationRun(
      trace: AccessTrace(name: "zipf", keys: keys), share: share, capacities: capacities,
      policies: policies, seed: 1)
    return await run.cells { _, _ in }
  }

  @Test func `every combination is played, in order, and none beats the optimum`() async {
    let policies = PolicyCatalog.builtIn.names + [SimulationRun.optimum]
    let cells = await Self.run([50, 200, 5_000], policies)
    #expect(cells.map(\.policy) == policies + policies + policies)
    for capacity in [50, 200, 5_000] {
      let row = cells.filter { $0.capacity == capacity }
      let best = row.first { $0.policy == SimulationRun.optimum }?.hitRatio ?? 0
      #expect(row.allSatisfy { $0.hitRatio <= best && $0.hitRatio >= 0 })
      // Where all fits all are equal.
      if capacity == 5_000 { #expect(row.allSatisfy { $0.hitRatio == best }) }
    }
  }

  @Test func `capacities are those of the whole service where a sample was recorded`() async {
    let whole = await Self.run([100], ["lru"])
    let sampled = await Self.run([1_000], ["lru"], share: 0.1)
    #expect(whole.map(\.hitRatio) == sampled.map(\.hitRatio))
    #expect(SimulateCommand.ladder(keys: 2_430, share: 0.1).last == 24_300)
    #expect(SimulateCommand.ladder(keys: 1, share: 1) == [1])
  }

  @Test func `results are shown as table, CSV, JSON and picture`() {
    let cells = [
      SimulationRun.Cell(capacity: 1_000, policy: "lru", hitRatio: 0.25),
      SimulationRun.Cell(capacity: 1_000, policy: "optimum", hitRatio: 1),
    ]
    let table = SimulationTable(
      trace: "a,b<", cells: cells, capacities: [1_000], policies: ["lru", "optimum"])
    #expect(
      table.table(Screen().console()) == """
        policy    1 000
        optimum  100.00
        lru       25.00
        """)
    #expect(
      table.csv == """
        trace,capacity,policy,hit_ratio
        "a,b<",1000,lru,0.25000
        "a,b<",1000,optimum,1.00000

        """)
    #expect(
      table.json[0].text
        == #"{"trace":"a,b<","capacity":1000,"policy":"lru","hit_ratio":0.25}"#)
    let svg = HitRatioPlot(table: table).svg
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains("a,b&lt;") && svg.contains("lru at 1000: 25.00%"))
  }

  @Test func `progress is drawn where somebody looks, and nowhere else`() {
    let watched = Screen()
    ProgressBar(watched.console(isWatched: true), "simulating").show(3, of: 4)
    #expect(watched.errors.withLock { $0 }.hasSuffix("3/4"))
    #expect(watched.output.withLock { $0 }.isEmpty)
    let unwatched = Screen()
    ProgressBar(unwatched.console(), "simulating").show(3, of: 4)
    #expect(unwatched.errors.withLock { $0 }.isEmpty)
  }

  @Test(arguments: [
    ("simulate", "needs a trace: --trace FILE"),
    ("simulate --trace x --policy lur", "did you mean 'lru'?"),
    ("simulate --trace x --capacity 0", "--capacity: \"0\""),
    ("simulate --trace x --capacity ,", "takes 1 to 64 numbers"),
    ("simulate --trace x --csv --json", "exclude each other"),
  ])
  func `a wrong call is explained, and ends with 2`(line: String, words: String) async {
    let screen = Screen()
    let status = await StrataCommand.run(
      line.split(separator: " ").map(String.init), screen.console())
    #expect(status == ExitCode.usage)
    #expect(screen.errors.withLock { $0 }.contains(words))
  }

  @Test func `a file that is not there ends with 3, one that is no trace with 1`() async {
    let screen = Screen()
    let missing = await StrataCommand.run(["simulate", "--trace", "/nowhere/x"], screen.console())
    #expect(missing == ExitCode.failure)
    let empty = await StrataCommand.run(["simulate", "--trace", "/dev/null"], screen.console())
    #expect(empty == ExitCode.problems)
    #expect(screen.errors.withLock { $0 }.contains("it names no key"))
  }

  @Test func `help teaches where traces come from`() async {
    let screen = Screen()
    #expect(await StrataCommand.run(["help", "simulate"], screen.console()) == ExitCode.success)
    #expect(screen.output.withLock { $0 }.contains("recorder: { path: users.trace"))
  }

  @Test func `a trace is called after its file`() {
    #expect(TraceFile.name(of: "/var/traces/users.txt.gz") == "users")
    #expect(TraceFile.name(of: "users") == "users")
  }
}
