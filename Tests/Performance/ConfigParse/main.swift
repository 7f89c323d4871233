// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// How long a configuration takes to read, and what hostile ones cost before they are refused:
// `swift run -c release BenchConfigParse`. One JSON object a line; the best of several rounds.
// Memory is the growth of the process's peak over what it held before, where the system tells.

import StrataConfig
import StrataCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

func now() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// A number of `/proc/self/status` in KiB; `nil` elsewhere.
func processStatus(_ name: String) -> Int? {
  guard let file = fopen("/proc/self/status", "r") else { return nil }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, file) != nil {
    let text = String(
      decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix(name) { return Int(text.filter(\.isNumber)) }
  }
  return nil
}

/// Makes the peak start again at what the process holds now.
func resetPeak() {
  guard let file = fopen("/proc/self/clear_refs", "w") else { return }
  fputs("5", file)
  fclose(file)
}

func report(_ name: String, _ value: Double, _ unit: String) {
  let rounded = (value * 1000).rounded() / 1000
  print("{\"name\":\"config/\(name)\",\"value\":\(rounded),\"unit\":\"\(unit)\"}")
}

@discardableResult
func measure(_ name: String, _ text: String, rounds: Int, refused: Bool) -> ConfigReading {
  let reader = ConfigReader(files: ConfigTexts(["a.yaml": text]), environment: { _ in nil })
  let before = processStatus("VmRSS:")
  resetPeak()
  var reading = reader.read("a.yaml")
  let peak = processStatus("VmHWM:")
  var best = UInt64.max
  for _ in 0..<rounds {
    let start = now()
    reading = reader.read("a.yaml")
    best = min(best, now() - start)
  }
  report(name, Double(best) / 1e6, "ms")
  if let before, let peak { report("\(name)/memory", Double(peak - before) / 1024, "MiB") }
  if reading.problems.isEmpty == refused { print("unexpected: \(reading.problems.prefix(3))") }
  return reading
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

func run() {
  let ordinary = ordinary(lines: 10_000)
  let reading = measure("parse", ordinary, rounds: 20, refused: false)
  if let root = reading.root {
    let start = now()
    let written = YAMLWriter.text(of: root)
    report("write", Double(now() - start) / 1e6, "ms")
    report("write/size", Double(written.utf8.count) / 1024, "KiB")
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
  measure("bomb/small-maps", "a: [" + repeated("{a: b},", 140_000) + "]", rounds: 5, refused: true)
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

run()
