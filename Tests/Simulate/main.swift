// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Dispatch
import Foundation
import NodeSimulation
import StrataCore

// Runs scenarios on all processors, by default 5,000 from seed 1 on: `Simulate [count] [first
// seed]`. Ends with the smallest scenario around the first that breaks a promise.
let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
let run = Run(count: arguments.first ?? 5000, from: arguments.dropFirst().first ?? 1)
DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) { _ in
  while let seed = run.nextSeed() { run.note(Scenario(seed: seed).run(), of: seed) }
}
print(run.summary)
exit(run.broken == nil ? 0 : 1)

/// What is left to run and what has been seen, shared by the workers. A scenario is a world of its
/// own, so that it goes the same way whoever runs it, and whatever runs beside it.
final class Run: Sendable {
  private struct State {
    var next: UInt64
    var done: UInt64 = 0
    var reads = 0
    var changes = 0
    var broken: UInt64?
  }

  private let state: Lock<State>
  private let end: UInt64
  private let began = ContinuousClock.now

  init(count: UInt64, from first: UInt64) {
    end = first &+ count
    state = Lock(State(next: first))
  }

  /// The next seed, unless all have been given out or one has broken a promise.
  func nextSeed() -> UInt64? {
    state.withLock { state in
      guard state.next != end, state.broken == nil else { return nil }
      defer { state.next &+= 1 }
      return state.next
    }
  }

  func note(_ outcome: Scenario.Outcome, of seed: UInt64) {
    let done = state.withLock { state in
      state.done += 1
      state.reads += outcome.reads
      state.changes += outcome.changes
      if !outcome.violations.isEmpty { state.broken = min(state.broken ?? seed, seed) }
      return state.done
    }
    if done % 10_000 == 0 { print("\(done) scenarios, \(rate(done)) a second") }
  }

  /// The seed that broke a promise, where one did.
  var broken: UInt64? { state.withLock { $0.broken } }

  var summary: String {
    let state = state.withLock { $0 }
    if let seed = state.broken { return Scenario(seed: seed).report() }
    return "\(state.done) scenarios, \(state.reads) reads and \(state.changes) changes in "
      + "\(ContinuousClock.now - began), \(rate(state.done)) a second"
  }

  private func rate(_ done: UInt64) -> Int {
    Int(Double(done) / max(0.001, (ContinuousClock.now - began) / .seconds(1)))
  }
}
