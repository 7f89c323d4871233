// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore
import Testing

/// Texts that are made to hurt. How long each takes and how much memory is measured by the
/// `ConfigBench` executable; here it counts that each is refused, and where.
@Suite("Hostile texts")
struct HostileTextTests {
  private func refusal(_ text: String) throws -> String {
    let reading = Reading(text)
    #expect(reading.reading.root == nil)
    return try #require(reading.messages.last)
  }

  @Test(arguments: 5...12)
  func `an alias bomb is refused at the alias that passes the budget`(_ levels: Int) throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...levels {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    let message = try refusal(text)
    #expect(message.hasPrefix("a.yaml:5:"))
    #expect(message.hasSuffix("more than 100000 nodes; this alias stands for 11111 of them"))
  }

  @Test func `a bomb of merges is refused`() throws {
    var text = "a0: &a0 { k: v }\n"
    for level in 1...40 {
      text += "a\(level): &a\(level) { <<: [*a\(level - 1), *a\(level - 1)] }\n"
    }
    #expect(try refusal(text).contains("more than 100000 nodes"))
  }

  @Test(arguments: ["[", "{a: ", "- ", "? ", "[{b: "])
  func `a hundred thousand levels are refused at the limit`(_ level: String) throws {
    let text = String(repeating: level, count: 100_000)
    #expect(try refusal("a:\n " + text).contains("nested more than 64 deep"))
  }

  @Test func `sixty-four levels are fine`() {
    let deep = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
    #expect(Reading("a: \(deep)").messages.isEmpty)
    #expect(Reading("a: [\(deep)]").messages.count == 1)
  }

  @Test func `a scalar of ten megabytes is refused at the limit of the file`() throws {
    let big = String(repeating: "x", count: 10_000_000)
    for text in ["a: \(big)", "a: \"\(big)\"", "a: |\n \(big)", "\(big): 1", "# \(big)"] {
      #expect(try refusal(text).contains("the file is larger than 1MiB"))
    }
    #expect(try refusal("a: 1\nb: \(big)").hasPrefix("a.yaml:2:1048572: "))
  }

  @Test func `a scalar within the file's limit is held to its own`() {
    let big = String(repeating: "x", count: 65_537)
    #expect(
      Reading("a: 1\nb:   \(big)").messages
        == ["a.yaml:2:6: b: the value is longer than 64KiB"])
    #expect(Reading("b: \(big.dropLast())").messages.isEmpty)
  }

  @Test func `a hundred thousand nodes are too many`() throws {
    let list = "a:\n" + String(repeating: "- x\n", count: 99_998)
    #expect(Reading(list).messages.count == 1)
    #expect(try refusal(list).contains("more than 100000 nodes; split it up"))
    #expect(Reading(String(list.dropLast(4))).messages.isEmpty)
  }

  @Test func `files share one budget of nodes`() throws {
    var limits = ConfigLimits()
    limits.nodes = 20
    let others = ["b.yaml": "b: [1, 2, 3, 4, 5]", "c.yaml": "c: [1, 2, 3, 4, 5]"]
    let reading = Reading("include: [b.yaml, c.yaml]", others: others, limits: limits)
    #expect(
      reading.messages == [
        "c.yaml:1:17: c[4]: the configuration has more than 20 nodes; split it up"
      ])
  }

  @Test func `many anchors, many keys and many tags stay cheap`() {
    let anchors = (0..<20_000).map { "- &anchor\($0) x\n" }.joined()
    #expect(Reading("a:\n" + anchors).messages.isEmpty)
    let keys = (0..<40_000).map { "key\($0): x\n" }.joined()
    #expect(Reading(keys).messages.isEmpty)
    let tags = (0..<40_000).map { _ in "%TAG ! tag:x,2000:\n" }.joined()
    #expect(Reading(tags).messages == ["a.yaml:17:1: more than 16 lines begin with '%'"])
  }

  @Test func `a variable repeated a thousand times is held to the limit`() {
    let big = String(repeating: "x", count: 60_000)
    let text = "a: \"" + String(repeating: "${BIG}", count: 10_000) + "\""
    #expect(
      Reading(text, environment: ["BIG": big]).messages
        == ["a.yaml:1:4: a: the value is longer than 64KiB once its variables are filled in"])
  }

  @Test func `every prefix of a file is read or refused with a place`() {
    let text = Array(
      "%YAML 1.1\n---\na: &x [\"\\u00e9\", 'é', |\n  b\n, {c: !!str d}]\n<<: {\"e\": *x}\n? f\n: ${G:-h}"
        .utf8)
    for count in 0...text.count {
      for problem in Reading(bytes: Array(text.prefix(count))).reading.problems {
        #expect(problem.location.line > 0 && problem.location.column > 0)
      }
    }
  }
}
