// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How well draws follow the distribution that they should.
public struct Distribution: Sendable {
  private let sorted: [Double]

  /// Takes the draws.
  public init(_ draws: [Double]) { sorted = draws.sorted() }

  /// Whether the draws may come from the distribution with this cumulative function, by the test of
  /// Kolmogorov and Smirnov with p > 0.01.
  public func follows(_ cumulative: (Double) -> Double) -> Bool {
    distance(from: cumulative) < 1.63 / Double(sorted.count).squareRoot()
  }

  /// The greatest distance between the draws' cumulative function and another.
  public func distance(from cumulative: (Double) -> Double) -> Double {
    let count = Double(sorted.count)
    var greatest = 0.0
    for (index, draw) in sorted.enumerated() {
      let expected = cumulative(draw)
      greatest = max(
        greatest, abs(expected - Double(index) / count), abs(expected - Double(index + 1) / count))
    }
    return greatest
  }
}
