// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import NodeSimulation

// Runs scenarios, by default 5,000 from seed 1 on: `Simulate [count] [first seed]`.
let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
let count = arguments.first ?? 5000
let first = arguments.dropFirst().first ?? 1
let began = ContinuousClock.now
var (reads, changes) = (0, 0)
for seed in first..<(first + count) {
  let outcome = Scenario(seed: seed).run()
  reads += outcome.reads
  changes += outcome.changes
  if !outcome.violations.isEmpty {
    print(Scenario(seed: seed).report())
    exit(1)
  }
  if (seed - first + 1) % 10_000 == 0 { print("\(seed - first + 1) scenarios") }
}
print("\(count) scenarios, \(reads) reads and \(changes) changes in \(ContinuousClock.now - began)")
