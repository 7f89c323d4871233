// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import MemoryStore

// Prints the hit ratio of each policy on trace files, beside reference rows when a table of them is
// given:  PolicyTable DIRECTORY [--policies a,b] [--traces x,y] [--seed N] [--rows REGEX]

struct Cell: Hashable {
  var trace: String
  var capacity: Int
}

let arguments = CommandLine.arguments
@MainActor func option(_ name: String) -> String? {
  guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
  return arguments[index + 1]
}
let directory = arguments.count > 1 ? arguments[1] : "."
let seed = UInt64(option("--seed") ?? "1") ?? 1
let catalog = PolicyCatalog.builtIn
let policies = option("--policies")?.split(separator: ",").map(String.init) ?? catalog.names
let wanted = option("--traces")?.split(separator: ",").map(String.init)

var cells: [Cell] = []
var references: [String: [Cell: Double]] = [:]
let table = try String(contentsOfFile: directory + "/hit-ratios.tsv", encoding: .utf8)
for line in table.split(separator: "\n").dropFirst() {
  let fields = line.split(separator: "\t").map(String.init)
  let cell = Cell(trace: fields[0], capacity: Int(fields[1]) ?? 0)
  if let wanted, !wanted.contains(cell.trace) { continue }
  if !cells.contains(cell) { cells.append(cell) }
  references[fields[2], default: [:]][cell] = Double(fields[3])
}
let dishonest = ["OPT", "OPT-bypass", "libCacheSim Belady"]
var best: [Cell: Double] = [:]
for cell in cells {
  best[cell] = references.filter { !dishonest.contains($0.key) }.compactMap { $0.value[cell] }.max()
}
@MainActor func row(_ name: String, _ values: [Cell: Double]) {
  let columns = cells.map { values[$0].map { String(format: "%5.1f", 100 * $0) } ?? "  -  " }
  let mean = cells.map { values[$0] ?? 0 }.reduce(0, +) / Double(cells.count)
  let worst = cells.map { (values[$0] ?? 0) - (best[$0] ?? 0) }.min() ?? 0
  let title = name.prefix(16).padding(toLength: 16, withPad: " ", startingAt: 0)
  print(
    title, columns.joined(separator: " "), String(format: "| %5.2f %6.1f", 100 * mean, 100 * worst))
}
let names = cells.map { String($0.trace.prefix(5)) }
print(
  "                ",
  names.map { $0.padding(toLength: 5, withPad: " ", startingAt: 0) }.joined(separator: " "))
print("                ", cells.map { String(format: "%5d", $0.capacity) }.joined(separator: " "))
for name in references.keys.sorted()
where option("--rows").map({ name.range(of: $0, options: .regularExpression) != nil }) ?? false {
  row(name, references[name] ?? [:])
}
row("(best honest)", best)
var traces: [String: AccessTrace] = [:]
for name in Set(cells.map(\.trace)) {
  let path = option("--plain") ?? directory
  let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name).txt")))
  traces[name] = AccessTrace(name: name, text: bytes)
}
if arguments.contains("--opt") {
  var values: [Cell: Double] = [:]
  for cell in cells {
    values[cell] = BeladyOptimum(capacity: cell.capacity).hitRatio(of: traces[cell.trace]!)
  }
  row("optimum", values)
}
for policy in policies {
  var values: [Cell: Double] = [:]
  for cell in cells {
    let simulation = CacheSimulation(capacity: cell.capacity, policy: policy, seed: seed)!
    values[cell] = simulation.hitRatio(of: traces[cell.trace]!)
  }
  row(policy, values)
}
