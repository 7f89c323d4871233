// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import MemoryStore

let arguments = CommandLine.arguments
let policies = arguments.count > 1 ? arguments[1].split(separator: ",").map(String.init) : PolicyCatalog.builtIn.names
let seed = arguments.count > 2 ? UInt64(arguments[2])! : 1
var g = WorkloadGenerator(seed: seed)
let n = 200_000
let far: UInt64 = 1 << 40
var all: [(String, [UInt64])] = []
let zipf = g.zipf(keys: 20_000, exponent: 0.9, count: n)
let zipf2 = g.zipf(keys: 20_000, exponent: 0.9, count: n)
let recent = g.recent(meanDistance: 600, newShare: 0.3, count: n, first: far)
let loop = g.loop(keys: 1_500, count: n, first: 2 * far)
let loopBig = g.loop(keys: 8_000, count: n, first: 4 * far)
let bursts = g.bursts(keysAtOnce: 400, length: 2_000, count: n, first: 3 * far)
all.append(("zipf", zipf))
all.append(("zipf0.7", g.zipf(keys: 20_000, exponent: 0.7, count: n)))
all.append(("recent", recent))
all.append(("loop", loop))
all.append(("bursts", bursts))
all.append(("z>z'", Array(zipf[..<(n / 2)] + zipf2[..<(n / 2)])))
all.append(("z>rec", Array(zipf[..<(n / 2)] + recent[..<(n / 2)])))
all.append(("rec>loop", Array(recent[..<(n / 2)] + loop[..<(n / 2)])))
all.append(("loop>rec", Array(loop[..<(n / 2)] + recent[..<(n / 2)])))
all.append(("r>l>r>l", Array(recent[..<(n / 4)] + loop[..<(n / 4)] + recent[(n / 4)..<(n / 2)] + loop[(n / 4)..<(n / 2)])))
all.append(("z+scan", g.mix(zipf, with: g.scan(count: n, first: 5 * far), share: 0.3)))
all.append(("z+loopB", g.mix(zipf, with: loopBig, share: 0.3)))
all.append(("z+rec", g.mix(zipf, with: recent, share: 0.5)))
all.append(("rec+loop", g.mix(recent, with: loop, share: 0.5)))
let drift = (0..<10).flatMap { i in g.zipf(keys: 5_000, exponent: 1.0, count: n / 10, first: UInt64(i) * 1_500) }
all.append(("drift", drift))
let traces = all.map { AccessTrace(name: $0.0, keys: $0.1) }
func pad(_ s: String, _ n: Int) -> String { s.padding(toLength: n, withPad: " ", startingAt: 0) }
for capacity in [200, 1_000, 4_000] {
  print(pad("\(capacity)", 16), traces.map { pad($0.name, 8) }.joined(separator: " "))
  var best = [Double](repeating: 0, count: traces.count)
  var rows: [(String, [Double])] = []
  for policy in policies {
    let values = traces.map { t in CacheSimulation(capacity: capacity, seed: seed) { PolicyCatalog.builtIn.make(policy, $0)! }.hitRatio(of: t) }
    if !policy.hasPrefix("adaptive") { best = zip(best, values).map(max) }
    rows.append((policy, values))
  }
  for (policy, values) in rows {
    let text = zip(values, best).map { String(format: "%5.1f   ", 100 * $0, 100 * ($0 - $1)) }.joined(separator: " ")
    let gaps = zip(values, best).map { $0 - $1 }
    print(pad(policy, 16), text, String(format: "| %.2f  worst %.1f mean gap %.2f", 100 * values.reduce(0, +) / Double(values.count), 100 * gaps.min()!, 100 * gaps.reduce(0, +) / Double(gaps.count)))
  }
}
