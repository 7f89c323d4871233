// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// What goes wrong in a ``ChaosStore``: by chance, at a rate, or by script, at the n-th operation.
///
/// ```swift
/// ChaosPlan()
///   .sometimes(.fail, on: .set, .remove, rate: 0.1)
///   .once(.hang, on: .get, at: 3)
/// ```
///
/// A script line goes before chance; of several rates the first that hits wins.
public struct ChaosPlan: Sendable {
  private struct Rate: Sendable {
    var fault: ChaosFault
    var operations: [StoreOperation]
    var rate: Double
  }

  private struct Cue: Hashable, Sendable {
    var operation: StoreOperation
    var number: Int
  }

  private var rates: [Rate] = []
  private var script: [Cue: ChaosFault] = [:]

  /// Creates a plan in which nothing goes wrong.
  public init() {}

  /// The plan in which nothing goes wrong.
  public static let calm = ChaosPlan()

  /// The plan with a fault that strikes each of `operations` (all where none is named) with a
  /// probability of `rate`.
  public func sometimes(
    _ fault: ChaosFault, on operations: StoreOperation..., rate: Double
  ) -> ChaosPlan {
    var plan = self
    let all = operations.isEmpty ? StoreOperation.allCases : operations
    plan.rates.append(Rate(fault: fault, operations: all, rate: rate))
    return plan
  }

  /// The plan with a fault that strikes the n-th operation of a kind, counted from 1.
  public func once(
    _ fault: ChaosFault, on operation: StoreOperation, at number: Int
  ) -> ChaosPlan {
    var plan = self
    plan.script[Cue(operation: operation, number: number)] = fault
    return plan
  }

  /// What is done to the n-th operation of a kind; draws once for each rate that concerns it.
  func fault(
    for operation: StoreOperation, number: Int, random: any CacheRandom
  ) -> ChaosFault? {
    var struck = script[Cue(operation: operation, number: number)]
    for rate in rates where rate.operations.contains(operation) {
      // Drawn whatever was decided before, so that one line of a script does not shift all others.
      let isHit = random.unit() < rate.rate
      if isHit, struck == nil { struck = rate.fault }
    }
    return struck
  }
}
