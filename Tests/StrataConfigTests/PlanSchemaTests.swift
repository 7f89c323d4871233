// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore
import Testing

@Suite("JSON Schema")
struct PlanSchemaTests {
  private let validator: SchemaValidator

  init() throws { validator = try SchemaValidator(PlanSchema.text(for: SamplePlugins.registry)) }

  private func accepts(_ text: String) throws -> Bool {
    let reading = Reading(text)
    return validator.accepts(try #require(reading.reading.root, "\(reading.messages)"))
  }

  private func inPipeline(_ stage: String) -> String {
    "version: 1\ncaches: { users: { ttl: 5m, pipeline: [ \(stage) ] } }"
  }

  @Test func `what the reader accepts the schema accepts`() throws {
    let text = """
      version: 1
      x-mine: [anything, { goes: here }]
      stores:
        memory: { kind: memory, capacity: 256MiB, policy: sieve }
        redis:  { kind: resp, url: "redis://localhost", password: 12345, timeout: 1_000us }
      caches:
        users:
          key: "user:{id}"
          arguments: [id, 5]
          ttl: 1h30m
          max-stale: 0.5h
          version: 1_0
          codec: json
          timeout: ~
          pipeline:
            - metrics
            - metrics:
            - stampede-guard: { scope: process, wait: 2s }
            - fail-safe: { hard-timeout: 5µs }
            - refresh-ahead: { at: 0.8, max-refreshes: 1_00 }
            - refresh-ahead: { at: 80% }
            - validation: { max-size: 1.5GiB, strict: false, pauses: [1s, 2s] }
            - local: { store: memory }
      """
    #expect(try accepts(text))
    let plan = ConfigReader(files: ConfigTexts(["a.yaml": text]), environment: { _ in nil })
      .plan("a.yaml", registry: SamplePlugins.registry)
    #expect(plan.problems.map(\.severity) == [.warning], "only the store redis is not used")
  }

  @Test func `a variable may stand for any scalar option`() throws {
    for stage in [
      "stampede-guard: { scope: \"${A}\", wait: \"${A:-5s}\" }",
      "refresh-ahead: { at: \"${A}\", max-refreshes: \"${A}\" }",
      "validation: { max-size: \"${A}MiB\", strict: \"${A}\", pauses: [\"${A}\"] }",
    ] {
      let text = inPipeline(stage)
      let root = ConfigReader(files: ConfigTexts(["a.yaml": text]), environment: { _ in "" })
        .read("a.yaml").root
      #expect(validator.accepts(Self.asWritten(try #require(root))), "\(stage)")
    }
  }

  /// The tree as an editor sees it: variables not filled in.
  private static func asWritten(_ node: ConfigNode) -> ConfigNode {
    var node = node
    switch node.value {
    case .map(let fields):
      node.value = .map(
        fields.map { .init(key: $0.key, location: $0.location, value: asWritten($0.value)) })
    case .list(let items): node.value = .list(items.map(asWritten))
    case .scalar(let text, let quoted): node.value = .scalar(node.written ?? text, quoted: quoted)
    case .null: break
    }
    return node
  }

  @Test(arguments: [
    "metrix", "local", "local: {}", "metrics: { every: 5s }", "{ metrics: ~, stampede-guard: ~ }",
    "stampede-guard: { wait: 5 }", "stampede-guard: { wait: 5x }", "stampede-guard: { scope: all }",
    "refresh-ahead: { at: 80 }", "refresh-ahead: { at: 0.5, max-refreshes: 0 }",
    "refresh-ahead: { at: -1 }", "validation: { max-size: 1M }", "validation: { strict: yes }",
    "validation: { pauses: [5] }", "validation: { pauses: 5s }", "[metrics]", "~",
    "stampede-guard: cluster",
  ])
  func `what is wrong with a stage the editor sees too`(_ stage: String) throws {
    #expect(try !accepts(inPipeline(stage)))
  }

  @Test(arguments: [
    "version: 2", "stores: { a: memory }", "stores: { a: { kind: memory } }",
    "stores: { a: { capacity: 5B } }", "stores: { a: { kind: other } }", "cache: {}",
    "stores: { a: { kind: memory, capacity: 5B, url: x } }", "caches: { a: { ttl: 5m } }",
    "caches: { a: { ttl: 5m, pipeline: metrics } }", "caches: [a]",
    "caches: { a: { ttl: 5m, pipeline: [], max-stales: 5m } }",
  ])
  func `what is wrong with a file the editor sees too`(_ text: String) throws {
    #expect(try !accepts(text))
  }

  @Test func `whatever a reader of scalars accepts its pattern matches`() throws {
    let (duration, size, fraction) = (
      try Regex(DurationText.pattern), try Regex(SizeText.pattern), try Regex(FractionText.pattern)
    )
    var random = SplitMix(seed: 5)
    for _ in 0..<20_000 {
      let text = random.text(of: "0123456789._%smhdwuµnkKMGTiB", upTo: 6)
      if case .success = DurationText.parse(text) {
        #expect(text.wholeMatch(of: duration) != nil, "\(text)")
      }
      if case .success = SizeText.parse(text) {
        #expect(text.wholeMatch(of: size) != nil, "\(text)")
      }
      if case .success = FractionText.parse(text) {
        #expect(text.wholeMatch(of: fraction) != nil, "\(text)")
      }
    }
  }

  @Test func `the schema is the same text every time`() {
    let text = PlanSchema.text(for: SamplePlugins.registry)
    #expect(text == PlanSchema.text(for: SamplePlugins.registry))
    #expect(text.contains("\"default\": \"2s\""))
  }
}

extension SplitMix {
  /// A random text of some of `letters`.
  fileprivate mutating func text(of letters: String, upTo length: Int) -> String {
    let letters = Array(letters)
    return String((0..<below(length + 1)).map { _ in letters[below(letters.count)] })
  }
}
