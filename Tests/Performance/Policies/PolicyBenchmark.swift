// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BenchmarkKit
import Foundation
import MemoryStore

/// Prints the hit ratio of each policy, in percent, as a table.
///
///     BenchPolicies [--traces DIRECTORY] [--policies a,b] [--seed N] [--rows PATTERN]
///
/// Without a directory the traces are generated. A directory holds `NAME.txt.gz` files with one key
/// per line and a table `hit-ratios.tsv` of references (trace, capacity, policy, ratio), which says
/// the capacities; `--rows` shows those references whose name matches. The last two columns are the
/// mean, and the worst distance to the best reference of a cell.
@main
struct PolicyBenchmark {
  struct Cell: Hashable {
    var trace: String
    var capacity: Int
  }

  var cells: [Cell] = []
  var references: [String: [Cell: Double]] = [:]
  var traces: [String: AccessTrace] = [:]
  let arguments = CommandLine.arguments
  let benchmarks = BenchmarkRun()

  static func main() throws {
    guard BenchmarkRun().wants("policies/hit-ratio") else { return }
    var benchmark = PolicyBenchmark()
    if let directory = benchmark.option("--traces") {
      try benchmark.read(directory)
    } else {
      benchmark.generate()
    }
    benchmark.run()
  }

  func option(_ name: String) -> String? {
    guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else {
      return nil
    }
    return arguments[index + 1]
  }

  // MARK: Traces

  mutating func read(_ directory: String) throws {
    let table = try String(contentsOfFile: directory + "/hit-ratios.tsv", encoding: .utf8)
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: "\t").map(String.init)
      let cell = Cell(trace: fields[0], capacity: Int(fields[1]) ?? 0)
      if !cells.contains(cell) { cells.append(cell) }
      references[fields[2], default: [:]][cell] = Double(fields[3])
    }
    for name in Set(cells.map(\.trace)) {
      let text = try Self.unzip("\(directory)/\(name).txt.gz")
      traces[name] = AccessTrace(name: name, text: text)
    }
  }

  static func unzip(_ path: String) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    return [UInt8](pipe.fileHandleForReading.readDataToEndOfFile())
  }

  mutating func generate() {
    var generator = WorkloadGenerator(seed: UInt64(option("--seed") ?? "") ?? 1)
    let count = 200_000
    let half = count / 2
    let zipf = generator.zipf(keys: 20_000, exponent: 0.9, count: count)
    let other = generator.zipf(keys: 20_000, exponent: 0.9, count: count)
    let recent = generator.recent(meanDistance: 600, newShare: 0.3, count: count, first: 1 << 40)
    let loop = generator.loop(keys: 1_500, count: count, first: 2 << 40)
    let scan = generator.scan(count: count, first: 3 << 40)
    let bursts = generator.bursts(keysAtOnce: 400, length: 2_000, count: count, first: 4 << 40)
    let shapes: [(String, [UInt64])] = [
      ("zipf", zipf), ("recent", recent), ("loop", loop), ("bursts", bursts),
      ("z>z", Array(zipf[..<half] + other[..<half])),
      ("z>rec", Array(zipf[..<half] + recent[..<half])),
      ("rec>lo", Array(recent[..<half] + loop[..<half])),
      ("lo>rec", Array(loop[..<half] + recent[..<half])),
      ("z+scan", generator.mix(zipf, with: scan, share: 0.3)),
      ("rec+lo", generator.mix(recent, with: loop, share: 0.5)),
    ]
    for (name, keys) in shapes {
      traces[name] = AccessTrace(name: name, keys: keys)
      for capacity in [200, 1_000, 4_000] { cells.append(Cell(trace: name, capacity: capacity)) }
    }
  }

  // MARK: The table

  func run() {
    print(padded(""), cells.map { padded($0.trace, 5) }.joined(separator: " "))
    print(padded(""), cells.map { String(format: "%5d", $0.capacity) }.joined(separator: " "))
    for name in references.keys.sorted() where isShown(name) { show(name, references[name] ?? [:]) }
    show("(best reference)", best)
    show("optimum", values { BeladyOptimum(capacity: $1).hitRatio(of: $0) })
    var means: [(String, Double)] = []
    let names = option("--policies")?.split(separator: ",").map(String.init)
    let seed = UInt64(option("--seed") ?? "") ?? 1
    for policy in names ?? PolicyCatalog.builtIn.names {
      let row = values { trace, capacity in
        CacheSimulation(capacity: capacity, policy: policy, seed: seed)?.hitRatio(of: trace) ?? 0
      }
      show(policy, row)
      means.append((policy, 100 * row.values.reduce(0, +) / Double(max(1, cells.count))))
    }
    for (policy, mean) in means {
      benchmarks.record("policies/hit-ratio/\(policy)", mean, .percent)
    }
  }

  func isShown(_ name: String) -> Bool {
    option("--rows").map { name.range(of: $0, options: .regularExpression) != nil } ?? false
  }

  func values(_ ratio: (AccessTrace, Int) -> Double) -> [Cell: Double] {
    var values: [Cell: Double] = [:]
    for cell in cells { values[cell] = traces[cell.trace].map { ratio($0, cell.capacity) } }
    return values
  }

  /// The best of each cell, rows that look into the future aside.
  var best: [Cell: Double] {
    let honest = references.filter { !$0.key.hasPrefix("OPT") && !$0.key.hasSuffix("Belady") }
    var best: [Cell: Double] = [:]
    for cell in cells { best[cell] = honest.values.compactMap { $0[cell] }.max() }
    return best
  }

  func show(_ name: String, _ values: [Cell: Double]) {
    let columns = cells.map { values[$0].map { String(format: "%5.1f", 100 * $0) } ?? "  -  " }
    let mean = cells.map { values[$0] ?? 0 }.reduce(0, +) / Double(cells.count)
    let best = best
    let worst = cells.map { (values[$0] ?? 0) - (best[$0] ?? 0) }.min() ?? 0
    let end = String(format: "| %5.2f %6.1f", 100 * mean, 100 * worst)
    print(padded(name), columns.joined(separator: " "), end)
  }

  func padded(_ text: String, _ width: Int = 16) -> String {
    String(text.prefix(width)).padding(toLength: width, withPad: " ", startingAt: 0)
  }
}
