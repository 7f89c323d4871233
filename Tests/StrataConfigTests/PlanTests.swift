// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataConfig
import StrataCore
import Testing

@Suite("Plans")
struct PlanTests {
  private func plan(_ text: String, environment: [String: String] = [:]) -> PlanReading {
    ConfigReader(files: ConfigTexts(["a.yaml": text]), environment: { environment[$0] })
      .plan("a.yaml", registry: SamplePlugins.registry)
  }

  private let ordinary = """
    version: 1
    x-defaults: &defaults { max-stale: 1h, codec: json }
    stores:
      memory: { kind: memory, capacity: 256MiB }
      redis:  { kind: resp, url: "redis://${HOST:-localhost}:6379" }
    caches:
      users:
        <<: *defaults
        key: "user:{id}:{locale|lower}"
        arguments: [id, locale, trace]
        ttl: 10m
        namespace: people
        version: 3
        timeout: 2s
        pipeline:
          - metrics
          - local: { store: memory, ttl: 30s }
          - stampede-guard
          - remote:
              store: redis
      orders:
        ttl: 1h30m
        pipeline: [ local: { store: memory } ]
    """

  @Test func `a plan says what its file says`() throws {
    let plan = try plan(ordinary).checked()
    #expect(plan.stores.map(\.name) == ["memory", "redis"])
    #expect(plan.stores.map(\.kind) == ["memory", "resp"])
    #expect(plan.stores[0].block.node.fields.map(\.key) == ["capacity"])
    let users = plan.caches[0]
    #expect(users.policy.name == "users" && users.policy.namespace == "people")
    #expect(users.policy.keyTemplate == "user:{id}:{locale|lower}")
    #expect(users.policy.keyArguments == ["id", "locale", "trace"])
    #expect(users.policy.ttl == .seconds(600) && users.policy.maxStale == .seconds(3600))
    #expect(users.policy.keyVersion == 3 && users.policy.timeout == .seconds(2))
    #expect(users.policy.codec == "json")
    #expect(users.pipeline.map(\.id) == ["metrics", "local", "stampede-guard", "remote"])
    #expect(users.pipeline[1].location.description == "a.yaml:17:9")
    #expect(users.pipeline[1].block.path == "caches.users.pipeline[1].local")
    #expect(users.locations["ttl"]?.description == "a.yaml:11:10")
  }

  @Test func `what is left out has its default`() throws {
    let policy = try plan(ordinary).checked().caches[1].policy
    #expect(policy.namespace == "orders" && policy.codec == "binary")
    #expect(policy.ttl == .seconds(5400) && policy.maxStale == .zero)
    #expect(policy.keyVersion == nil && policy.keyTemplate == nil && policy.timeout == nil)
  }

  @Test func `a doubtful plan can be used`() throws {
    let reading = plan(
      ordinary.replacing("- local: { store: memory, ttl: 30s }", with: "- metrics")
        .replacing("[ local: { store: memory } ]", with: "[]"))
    #expect(reading.problems.map(\.severity) == [.warning, .warning])
    #expect(try reading.checked().caches.count == 2)
  }

  @Test func `a wrong plan is none`() {
    let reading = plan(ordinary.replacing("ttl: 10m", with: "ttl: 10"))
    #expect(reading.plan == nil && reading.problems.count == 1 && reading.root != nil)
    #expect(throws: ConfigurationError.self) { try reading.checked() }
  }

  @Test func `a plan written as YAML is read back as the same plan`() throws {
    let root = try #require(plan(ordinary).root)
    let text = YAMLWriter.text(of: root)
    let again = try #require(plan(text).root)
    #expect(again.hasSameContent(as: root))
    #expect(plan(text).problems.isEmpty)
  }

  @Test func `thousands of problems are cut to a hundred and one`() {
    let caches = (0..<3000).map { "  cache\($0): { tll: 5 }\n" }.joined()
    let reading = plan("version: 1\ncaches:\n" + caches)
    #expect(reading.problems.count == 101)
    #expect(reading.problems.last?.message == "there are more problems")
  }

  @Test func `wrong names among thousands are found without a search`() {
    let names = (0..<2000).map { "name\($0)" }
    let stores = names.map { "  \($0): { kind: memory, capacity: 1B }\n" }.joined()
    let stages = names.map { "      - local: { store: x\($0) }\n" }.joined()
    let text = "version: 1\nstores:\n\(stores)caches:\n  a:\n    ttl: 1s\n    pipeline:\n\(stages)"
    let message = plan(text).problems.first?.message
    #expect(message?.hasSuffix(" and 1980 more") == true)
  }

  @Test(arguments: 0..<300)
  func `a random plan is right, reads back as it was written, and pleases the schema`(
    _ seed: UInt64
  ) throws {
    var random = RandomPlans(seed: seed)
    let tree = random.plan()
    let text = YAMLWriter.text(of: tree)
    let reading = plan(text)
    let wrong = reading.problems.filter { $0.severity == .error }
    #expect(wrong.isEmpty, "seed \(seed); replay: swift test --filter PlanTests\n\(text)")
    #expect(try #require(reading.root).hasSameContent(as: tree), "seed \(seed)")
    #expect(try Self.schema.get().accepts(tree), "seed \(seed)\n\(text)")
  }

  private static let schema = Result {
    try SchemaValidator(PlanSchema.text(for: SamplePlugins.registry))
  }
}
