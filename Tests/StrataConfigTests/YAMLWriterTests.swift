// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore
import Testing

@Suite("Writing YAML")
struct YAMLWriterTests {
  private func written(_ text: String, environment: [String: String] = [:]) throws -> String {
    YAMLWriter.text(of: try Reading(text, environment: environment).reading.checked())
  }

  @Test func `a configuration is written for people`() throws {
    let text = """
      version: 1
      stores:
        memory: { kind: memory, capacity: 256MiB }
        redis: { kind: resp, url: "redis://127.0.0.1:6379" }
      caches:
        users:
          key: "user:{id}"
          ttl: 10m
          pipeline:
            - metrics
            - fail-safe: { soft-timeout: 50ms, hard-timeout: 2s }
            - - nested
              - ~
          nothing: {}
          empty: []

      """
    #expect(try written(text) == text)
  }

  @Test func `no value of a variable is written`() throws {
    let text = "password: \"${PASSWORD}\"\nport: ${PORT:-1}\ndollar: $${x} $$$ $\n"
    let written = try written(text, environment: ["PASSWORD": "hunter2"])
    #expect(written == "password: \"${PASSWORD}\"\nport: ${PORT:-1}\ndollar: $${x} $$$ $\n")
  }

  @Test func `texts that YAML would misread are quoted`() throws {
    let words = ["", "~", "null", "a: b", "a #b", " a", "a ", "- a", "---", "*a", "a:", "\u{2028}"]
    let place = SourceLocation(file: "<test>", line: 1, column: 1)
    let list = ConfigNode(
      .map([
        .init(
          key: "list", location: place,
          value: ConfigNode(
            .list(words.map { ConfigNode(.scalar($0, quoted: true), at: place) }), at: place))
      ]), at: place)
    let again = Reading(YAMLWriter.text(of: list))
    #expect(again.reading.root?.hasSameContent(as: list) == true)
  }

  @Test(arguments: 0..<400)
  func `a random tree reads back as it was written`(_ seed: UInt64) throws {
    var random = RandomTrees(seed: seed)
    let tree = random.map(depth: 5)
    let text = YAMLWriter.text(of: tree)
    let again = Reading(text)
    #expect(
      again.messages.isEmpty && again.reading.root?.hasSameContent(as: tree) == true,
      "seed \(seed); replay: swift test --filter YAMLWriterTests\n\(text)")
    #expect(again.reading.root.map(YAMLWriter.text(of:)) == text, "seed \(seed)")
  }
}
