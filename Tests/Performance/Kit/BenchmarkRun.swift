// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// One run of a benchmark program: measures, prints a table, appends to `bench.jsonl`.
///
/// ```swift
/// let run = BenchmarkRun()
/// run.measure("codec/encode", calls: 40_000) { blackHole(codec.encode(value)) }
/// run.compare("codec/encode", calls: 40_000, with: "JSONEncoder") {
///   blackHole(codec.encode(value))
/// } peer: {
///   blackHole(encoder.encode(value))
/// }
/// ```
///
/// A measurement is the median of several rounds after one that warms up. Ours and a peer's rounds
/// take turns, so that a busy moment of the machine falls on both. `ONLY` (prefixes, divided by
/// commas) chooses by name; what is not chosen is not run.
public final class BenchmarkRun {
  /// How many rounds count.
  public let rounds: Int
  private let prefixes: [String]
  private let path: String?
  private var hasHead = false

  /// Creates a run from the environment: `ONLY` and `STRATA_BENCH_FILE`.
  public init(rounds: Int = 7) {
    self.rounds = max(1, rounds)
    prefixes = Self.variable("ONLY").split(separator: ",").map(String.init)
    path = Self.variable("STRATA_BENCH_FILE")
  }

  /// Whether `name` is among what was asked for. Ask before an expensive preparation.
  public func wants(_ name: String) -> Bool {
    prefixes.isEmpty || prefixes.contains { name.hasPrefix($0) || $0.hasPrefix(name) }
  }

  private func isChosen(_ name: String) -> Bool {
    prefixes.isEmpty || prefixes.contains { name.hasPrefix($0) }
  }

  // MARK: Measure

  /// The nanoseconds that one call of `body` takes.
  @inlinable public func measure(
    _ name: String, calls: Int, _ body: () throws -> Void
  ) rethrows {
    guard begin(name) else { return }
    var samples: [Double] = []
    for _ in 0...rounds { samples.append(try Self.time(calls, body)) }
    report(BenchmarkResult(name, Self.median(samples.dropFirst()), .nanoseconds))
  }

  /// The nanoseconds that one call of `body` takes, beside those of `peer` doing the same.
  ///
  /// - Parameter peerCalls: The calls of a round of the peer, where it is much slower.
  @inlinable public func compare(
    _ name: String, calls: Int, with peerName: String, peerCalls: Int? = nil,
    _ body: () throws -> Void, peer: () throws -> Void
  ) rethrows {
    guard begin(name) else { return }
    var ours: [Double] = []
    var theirs: [Double] = []
    for _ in 0...rounds {
      ours.append(try Self.time(calls, body))
      theirs.append(try Self.time(peerCalls ?? calls, peer))
    }
    let peerValue = Self.median(theirs.dropFirst())
    report(
      BenchmarkResult(
        name, Self.median(ours.dropFirst()), .nanoseconds, peer: (peerName, peerValue)))
  }

  /// The nanoseconds that one of `calls` operations takes, all of which `body` does.
  ///
  /// For what is asynchronous, or loops on its own: `body` is called once in a round.
  public func measure(
    _ name: String, operations calls: Int,
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void
  ) async rethrows {
    guard begin(name) else { return }
    var samples: [Double] = []
    for _ in 0...rounds {
      let start = BenchmarkClock.nanoseconds()
      try await body()
      samples.append(Double(BenchmarkClock.nanoseconds() - start) / Double(calls))
    }
    report(BenchmarkResult(name, Self.median(samples.dropFirst()), .nanoseconds))
  }

  /// Reports something that was measured elsewhere, if its name is chosen.
  public func record(
    _ name: String, _ value: Double, _ unit: BenchmarkUnit,
    peer: (name: String, value: Double)? = nil
  ) {
    if begin(name) { report(BenchmarkResult(name, value, unit, peer: peer)) }
  }

  // MARK: Parts

  /// Whether to measure `name` at all; prints the head of the table before the first.
  @usableFromInline func begin(_ name: String) -> Bool {
    guard isChosen(name) else { return false }
    if !hasHead { print(BenchmarkResult.head) }
    hasHead = true
    return true
  }

  /// The nanoseconds of one of `calls` calls.
  @inlinable public static func time(
    _ calls: Int, _ body: () throws -> Void
  ) rethrows -> Double {
    let start = BenchmarkClock.nanoseconds()
    for _ in 0..<calls { try body() }
    return Double(BenchmarkClock.nanoseconds() - start) / Double(max(1, calls))
  }

  /// The middle of the samples; 0 of none.
  public static func median(_ samples: some Sequence<Double>) -> Double {
    let sorted = samples.sorted()
    if sorted.isEmpty { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// Prints the row and appends the line.
  @usableFromInline func report(_ result: BenchmarkResult) {
    print(result.row)
    fflush(nil)
    guard let path, !path.isEmpty, let file = fopen(path, "a") else { return }
    fputs(result.json + "\n", file)
    fclose(file)
  }

  private static func variable(_ name: String) -> String {
    getenv(name).map { String(cString: $0) } ?? ""
  }
}
