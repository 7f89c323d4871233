// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import MemoryStore
import SegmentedLog
import StrataCore
import StrataSystem
import TraceFormat

/// `strata simulate`: what each policy and capacity would make of the traffic in a trace.
struct SimulateCommand: Command {
  static let name = "simulate"
  static let summary = "Says what hit ratio each capacity and policy would bring"
  static let synopsis = "--trace FILE [--capacity N,M,…] [--policy NAME,…]"
  static let explanation = """
    Plays a trace of reads through every eviction policy of the memory store at every capacity, and
    through the optimum, which knows the future and which no policy can beat. A miss is followed by
    a write, every entry weighs 1, and entries do not expire: so 'ttl' only shows what it does
    without times. Look for the capacity behind which the curve is flat.

    A trace is text with one key per line, or what the stage 'recorder' wrote in a running service,
    plain or packed by gzip. A recording that holds a sample of the keys is scaled: capacities are
    always those of the whole service.

      pipeline:
        - recorder: { path: users.trace, sample: 1% }

      strata simulate --trace users.trace
      strata simulate --trace users.trace --capacity 10000,50000 --policy adaptive,lru
      strata simulate --trace keys.txt.gz --svg ratios.svg --csv > ratios.csv
    """
  static let options: [CommandOption] = [
    .value("trace", "FILE", "The trace to play"),
    .value("capacity", "N,M,…", "Numbers of entries; six sizes up to all keys where left out"),
    .value("policy", "NAME,…", "Policies, or all (the default); 'optimum' is one of them"),
    .value("seed", "N", "The seed of hashes and chances; 1 where left out"),
    .value("svg", "FILE", "Also draws hit ratio against capacity into a file"),
    .flag("csv", "Prints lines of trace,capacity,policy,hit_ratio"),
    .flag("json", "Prints one JSON object for each capacity and policy"),
  ]
  static let words = 0...0
  /// More would not fit into the memory of most machines.
  private static let largest = 1 << 28
  private static let mostCapacities = 64

  private let path: String
  private let capacities: [Int]?
  private let policies: [String]
  private let seed: UInt64
  private let arguments: Arguments

  init(_ arguments: Arguments) throws {
    guard let path = arguments.value("trace") else {
      throw UsageError("strata simulate needs a trace: --trace FILE")
    }
    if arguments.has("csv"), arguments.has("json") {
      throw UsageError("--csv and --json exclude each other; write one of them")
    }
    self.path = path
    self.arguments = arguments
    capacities = try Self.capacities(arguments)
    policies = try Self.policies(arguments)
    seed = UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1)
  }

  private static func items(_ arguments: Arguments, _ name: String) -> [String] {
    arguments.all(name).flatMap { $0.split(separator: ",").map(String.init) }
  }

  private static func capacities(_ arguments: Arguments) throws(UsageError) -> [Int]? {
    guard arguments.has("capacity") else { return nil }
    var numbers: Set<Int> = []
    for text in items(arguments, "capacity") {
      switch IntegerText.parse(text, in: 1...largest) {
      case .success(let number): numbers.insert(number)
      case .failure(let problem):
        throw UsageError("--capacity: \"\(text)\" \(problem.complaint); \(problem.expected)")
      }
    }
    guard (1...mostCapacities).contains(numbers.count) else {
      throw UsageError("--capacity takes 1 to \(mostCapacities) numbers: --capacity 1000,10000")
    }
    return numbers.sorted()
  }

  private static func policies(_ arguments: Arguments) throws(UsageError) -> [String] {
    let known = PolicyCatalog.builtIn.names + [SimulationRun.optimum]
    var chosen: [String] = []
    for name in items(arguments, "policy") {
      if name == "all" {
        chosen += known
      } else if known.contains(name) {
        chosen.append(name)
      } else {
        throw UsageError(
          unknown("policy", name, among: known + ["all"], see: "strata simulate --help"))
      }
    }
    return chosen.isEmpty ? known : known.filter(chosen.contains)
  }

  func run(_ console: Console) async throws -> Int32 {
    guard let disk = CacheRuntime.live().disk else { return ExitCode.failure }
    let file: TraceFile
    do {
      file = try TraceFile.read(path, disk)
    } catch let error as TraceError {
      console.complain("strata simulate: \(path) cannot be read as a trace: \(error)")
      return ExitCode.problems
    }
    let run = SimulationRun(
      trace: file.trace, share: file.share,
      capacities: capacities ?? Self.ladder(keys: file.trace.keyCount, share: file.share),
      policies: policies, seed: seed)
    if !file.isWhole {
      console.complain("strata simulate: the end of \(path) is damaged and was left out")
    }
    let bar = ProgressBar(console, "simulating")
    let cells = await run.cells(bar.show)
    bar.clear()
    let table = SimulationTable(
      trace: file.trace.name, cells: cells, capacities: run.capacities, policies: policies)
    show(table, file, console)
    try draw(table, disk)
    return ExitCode.success
  }

  /// Six sizes, each a third of the next, the largest with room for all keys.
  static func ladder(keys: Int, share: Double) -> [Int] {
    let all = min(Double(largest), Double(max(1, keys)) / share)
    let sizes = [243.0, 81, 27, 9, 3, 1].map { max(1, Int((all / $0).rounded())) }
    return Array(Set(sizes)).sorted()
  }

  private func show(_ table: SimulationTable, _ file: TraceFile, _ console: Console) {
    if arguments.has("csv") { return console.printRaw(table.csv) }
    if arguments.has("json") {
      for line in table.json { console.print(line.text) }
      return
    }
    let reads = SimulationTable.spaced(file.trace.accesses.count)
    let keys = SimulationTable.spaced(file.trace.keyCount)
    let sample = file.share < 1 ? ", \(SimulationTable.percent(file.share))% of all keys" : ""
    console.print("\(table.trace): \(reads) reads of \(keys) keys\(sample); hit ratio in percent")
    console.print(table.table(console))
  }

  private func draw(_ table: SimulationTable, _ disk: any Disk) throws {
    guard let path = arguments.value("svg") else { return }
    let file = try disk.open(path, .readWrite)
    defer { file.close() }
    try file.truncate(to: 0)
    try file.writeAll(Array(HitRatioPlot(table: table).svg.utf8), at: 0)
  }
}
