// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import CacheMetrics
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Text for Prometheus")
struct PrometheusTests {
  @Test func `the text keeps to the format, whatever a label holds`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Shop.measured, world)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      for label in ["plain", "quo\"te", "back\\slash", "new\nline", "ünï 🦊", "", "{a=\"b\"} 1"] {
        var options = RequestOptions()
        options.label = label
        let given = options
        _ = try await users.value(for: 1, options: given) { _ in try await source.user(1) }
      }
      _ = try await users.get(5)
      let text = strata.prometheus()
      let exposition = try Exposition(text)
      #expect(exposition.families.count == 11)
      #expect(exposition.samples.allSatisfy { $0.labels["cache"] != nil })
      #expect(Set(exposition.samples.compactMap { $0.labels["cache"] }) == ["users", "pages"])
      let hits = exposition.samples.filter {
        $0.name == "strata_requests_total" && $0.labels["outcome"] == "fast"
      }
      #expect(hits.map { $0.labels["label"] }.contains("new\nline"))
      #expect(hits.reduce(0) { $0 + $1.value } == 6)
      let count = exposition.samples.first {
        $0.name == "strata_request_seconds_count" && $0.labels["kind"] == "read"
      }
      #expect(count?.value == 2)
    }
  }

  @Test func `no caches give no samples`() throws {
    #expect(try Exposition(PrometheusText.text(of: [])).samples.isEmpty)
  }

  @Test(arguments: [
    "strata_x 1", "# TYPE strata_x counter\nstrata_x{a=b} 1\n",
    "# TYPE strata_x counter\nstrata_x{a=\"b\"} 1\nstrata_x{a=\"b\"} 2\n",
    "# TYPE strata_x counter\nstrata_y 1\n", "# TYPE strata_x counter\nstrata_x{a=\"\n\"} 1\n",
  ])
  func `the format test finds what breaks the format`(text: String) {
    #expect(throws: Exposition.Problem.self) { try Exposition(text) }
  }
}

extension Shop {
  /// Two caches with metrics.
  static let measured = """
    version: 1
    stores:
      memory: { kind: reference }
      pages: { kind: reference }
    caches:
      users:
        ttl: 10s
        pipeline:
          - metrics
          - local: { store: memory }
          - stampede-guard
      pages:
        ttl: 10s
        pipeline:
          - metrics
          - local: { store: pages }
    """
}

/// A strict reader of the text format: what it takes, any scraper takes.
struct Exposition {
  struct Problem: Error { var text: String }

  struct Sample {
    var name: String
    var labels: [String: String]
    var value: Double
  }

  private(set) var families: [String: String] = [:]
  private(set) var samples: [Sample] = []

  init(_ text: String) throws {
    if text.isEmpty { return }
    guard text.hasSuffix("\n") else { throw Problem(text: "the last line does not end") }
    var family = ""
    var seen: Set<String> = []
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("# HELP ") { continue }
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ")
        guard words.count == 4, families[String(words[2])] == nil else {
          throw Problem(text: "a family twice: \(line)")
        }
        family = String(words[2])
        families[family] = String(words[3])
        continue
      }
      let sample = try Self.sample(Substring(line))
      let names =
        families[family] == "summary" ? [family, "\(family)_sum", "\(family)_count"] : [family]
      guard names.contains(sample.name) else { throw Problem(text: "out of its family: \(line)") }
      if families[family] == "counter", !sample.name.hasSuffix("_total") {
        throw Problem(text: "a counter without _total: \(line)")
      }
      let identity = "\(sample.name)\(sample.labels.sorted { $0.key < $1.key })"
      guard seen.insert(identity).inserted else { throw Problem(text: "a sample twice: \(line)") }
      samples.append(sample)
    }
  }

  private static func sample(_ line: Substring) throws -> Sample {
    var rest = line
    let name = take(&rest) { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
    guard let first = name.first, first.isLetter || first == "_", name.utf8.allSatisfy({ $0 < 128 })
    else { throw Problem(text: "no name: \(line)") }
    var labels: [String: String] = [:]
    if rest.first == "{" {
      rest.removeFirst()
      while rest.first != "}" {
        let (label, value) = try pair(&rest)
        guard labels.updateValue(value, forKey: label) == nil else {
          throw Problem(text: "a label twice: \(line)")
        }
        if rest.first == "," { rest.removeFirst() }
        if rest.isEmpty { throw Problem(text: "no end of labels: \(line)") }
      }
      rest.removeFirst()
    }
    guard rest.first == " ", let value = Double(rest.dropFirst()) else {
      throw Problem(text: "no value: \(line)")
    }
    return Sample(name: name, labels: labels, value: value)
  }

  private static func pair(_ rest: inout Substring) throws -> (String, String) {
    let label = take(&rest) { $0.isLetter || $0.isNumber || $0 == "_" }
    guard !label.isEmpty, rest.hasPrefix("=\"") else { throw Problem(text: "no label: \(rest)") }
    rest.removeFirst(2)
    var value = ""
    while let character = rest.popFirst() {
      if character == "\"" { return (label, value) }
      if character != "\\" {
        value.append(character)
        continue
      }
      switch rest.popFirst() {
      case "n": value.append("\n")
      case "\\": value.append("\\")
      case "\"": value.append("\"")
      default: throw Problem(text: "an unknown escape in \(label)")
      }
    }
    throw Problem(text: "an open quote in \(label)")
  }

  private static func take(_ rest: inout Substring, _ isFit: (Character) -> Bool) -> String {
    let taken = rest.prefix(while: isFit)
    rest = rest.dropFirst(taken.count)
    return String(taken)
  }
}
