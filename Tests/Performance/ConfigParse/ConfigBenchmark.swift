// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// How long a configuration takes to read, and what hostile ones cost before they are refused:
// the growth of memory is that of the process's peak, where the system tells.

import BenchmarkKit
import StrataConfig
import StrataCore

@main
struct ConfigBenchmark {
  let benchmarks = BenchmarkRun()

  static func main() { ConfigBenchmark().run() }

  func run() {
    let ordinary = ordinary(lines: 10_000)
    let reading = measure("parse", ordinary, rounds: 20, refused: false)
    if let root = reading?.root {
      let nanoseconds = BenchmarkRun.time(1) { blackHole(YAMLWriter.text(of: root)) }
      benchmarks.record("config/write", nanoseconds / 1e6, .milliseconds)
    }
    for levels in [3, 6, 12] {
      measure("bomb/alias-\(levels)", aliasBomb(levels: levels), rounds: 5, refused: levels > 4)
    }
    let merges = (1...40).map { "a\($0): &a\($0) { <<: [*a\($0 - 1), *a\($0 - 1)] }\n" }.joined()
    measure("bomb/merge", "a0: &a0 { k: v }\n" + merges, rounds: 5, refused: true)
    for (name, level) in [("list", "["), ("map", "{a: "), ("items", "- "), ("keys", "? ")] {
      measure("bomb/nested-\(name)", "a:\n " + repeated(level, 100_000), rounds: 5, refused: true)
    }
    let big = repeated("x", 10_000_000)
    measure("bomb/scalar", "a: \(big)", rounds: 5, refused: true)
    measure("bomb/quoted-scalar", "a: \"\(big)\"", rounds: 5, refused: true)
    measure("bomb/scalar-of-a-file", "a: \(big.prefix(1_048_000))", rounds: 5, refused: true)
    measure("bomb/items", "a: [" + repeated("x,", 500_000) + "]", rounds: 5, refused: true)
    measure("bomb/empty-items", "a:\n" + repeated("-\n", 500_000), rounds: 5, refused: true)
    measure("bomb/maps", "a: [" + repeated("{},", 340_000) + "]", rounds: 5, refused: true)
    measure(
      "bomb/small-maps", "a: [" + repeated("{a: b},", 140_000) + "]", rounds: 5, refused: true)
    let keys = (0..<49_000).map { "key-number-\($0): x\n" }.joined()
    measure("bomb/keys", keys, rounds: 5, refused: false)
    measure("bomb/same-key", repeated("a: 1\n", 200_000), rounds: 5, refused: true)
    measure("bomb/anchors", "a:\n" + repeated("- &a x\n", 90_000), rounds: 5, refused: false)
    measure("bomb/tags", repeated("%TAG ! tag:x,2000:\n", 50_000), rounds: 5, refused: true)
    measure("bomb/comments", repeated("#\n", 500_000), rounds: 5, refused: true)
    measure("bomb/blank-lines", "a: |\n" + repeated("\n", 1_000_000), rounds: 5, refused: false)
    measure("bomb/quotes", "a: " + repeated("'' ", 300_000), rounds: 5, refused: true)
    measure("bomb/escapes", "a: \"" + repeated("\\x41", 250_000) + "\"", rounds: 5, refused: true)
    measure("bomb/long-line", repeated(" ", 1_000_000) + "a: 1", rounds: 5, refused: false)
  }

  @discardableResult
  func measure(_ name: String, _ text: String, rounds: Int, refused: Bool) -> ConfigReading? {
    let name = "config/\(name)"
    guard benchmarks.wants(name) else { return nil }
    let reader = ConfigReader(files: ConfigTexts(["a.yaml": text]), environment: { _ in nil })
    let peak = PeakMemory()
    let reading = reader.read("a.yaml")
    let growth = peak.mebibytes
    let samples = (0..<rounds).map { _ in
      BenchmarkRun.time(1) { blackHole(reader.read("a.yaml")) }
    }
    benchmarks.record(name, BenchmarkRun.median(samples) / 1e6, .milliseconds)
    if let growth { benchmarks.record("\(name)/memory", growth, .mebibytes) }
    if reading.problems.isEmpty == refused { print("unexpected: \(reading.problems.prefix(3))") }
    return reading
  }
}

func ordinary(lines: Int) -> String {
  var text = "version: 1\nstores:\n  memory: { kind: memory, capacity: 256MiB }\ncaches:\n"
  var count = 4
  var cache = 0
  while count < lines {
    text += """
        cache-\(cache):
          key: "user:{id}"
          ttl: 10m                       # how long an entry is fresh
          max-stale: 1h
          pipeline:
            - metrics
            - fail-safe:      { soft-timeout: 50ms, hard-timeout: 2s }
            - local:          { store: memory, ttl: 30s }
            - refresh-ahead:  { at: 80% }
            - remote:
                store: ${STORE:-redis}
                timeout: 50ms

      """
    count += 12
    cache += 1
  }
  return text
}

func aliasBomb(levels: Int) -> String {
  var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
  for level in 1...levels {
    let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
    text += "a\(level): &a\(level) [\(aliases)]\n"
  }
  return text
}

func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
