// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing
import WriteThrough

@Suite("Write-through")
struct WriteThroughTests {
  private static let sourceFirst = ["local: { store: memory }", "write-through: { sink: probe }"]
  private static let cacheFirst = [
    "write-through: { sink: probe, order: cache-first }", "local: { store: memory }",
  ]
  private static let around = [
    "local: { store: memory }", "write-through: { sink: probe, cached: invalidate }",
  ]

  private static func plan(_ pipeline: [String]) -> String {
    """
    version: 1
    stores:
      memory: { kind: reference }
    caches:
      texts:
        ttl: 10m
        codec: json
        pipeline:
          \(pipeline.map { "- \($0)" }.joined(separator: "\n      "))
    """
  }

  /// Runs `body` with a cache of that pipeline, whose loader reads what the sink has.
  private func run(
    _ pipeline: [String], seed: UInt64 = 1,
    _ body: @escaping @Sendable (Cache<Int, String>, ReferenceSink, Simulation) async throws -> Void
  ) throws {
    try Simulation(seed: seed).run { world in
      let sink = ReferenceSink(clock: world.clock)
      var registry = try Shop.registry
      try registry.register(sink: "probe", sink)
      let plan = try Shop.plan(Self.plan(pipeline), registry: registry)
      let strata = try await Strata(plan: plan, registry: registry, runtime: world.runtime)
      try await body(try strata.cache("texts"), sink, world)
      await strata.shutdown()
    }
  }

  private static func read(
    _ texts: Cache<Int, String>, _ sink: ReferenceSink, _ key: Int = 1
  ) async throws -> String? {
    try await texts.find(key) { _ in
      sink.text("texts:\(key)").map { String($0.dropFirst().dropLast()) }
    }
  }

  @Test(arguments: [sourceFirst, cacheFirst])
  func `source and cache have it when the write returns, and neither after a removal`(
    pipeline: [String]
  ) throws {
    try run(pipeline) { texts, sink, _ in
      try await texts.set(1, "a")
      #expect(sink.text("texts:1") == "\"a\"" && texts.cached(1) == "a")
      try await texts.setMany([2: "b", 3: "c"])
      #expect(sink.batches.last?.writes.count == 2 && texts.cached(3) == "c")
      try await texts.remove(1)
      #expect(sink.text("texts:1") == nil)
      #expect(try await Self.read(texts, sink) == nil)
    }
  }

  @Test func `write-around leaves nothing in the cache, and the next read loads`() throws {
    try run(Self.around) { texts, sink, _ in
      try await texts.set(1, "a")
      #expect(texts.cached(1) == nil)
      #expect(try await Self.read(texts, sink) == "a")
      try await texts.set(1, "b")
      #expect(texts.cached(1) == nil)
      #expect(try await Self.read(texts, sink) == "b")
    }
  }

  @Test(arguments: [sourceFirst, cacheFirst, around])
  func `whatever happens to the answer, cache and source agree afterwards`(
    pipeline: [String]
  ) throws {
    let down = SinkError(.unavailable, "down")
    let faults: [ReferenceSink.Fault] = [
      .fails(down), .losesAnswer(down), .slow(.seconds(60)), .fails(SinkError(.rejected, "no")),
    ]
    for (number, fault) in faults.enumerated() {
      try run(pipeline, seed: UInt64(number)) { texts, sink, _ in
        try await texts.set(1, "before")
        sink.setFaults { _, _ in fault }
        let error = await #expect(throws: CacheError.self) { try await texts.set(1, "after") }
        #expect(error?.code == (number == 3 ? .refused : .sourceFailed))
        sink.setFaults(nil)
        let source = sink.text("texts:1").map { String($0.dropFirst().dropLast()) }
        #expect(try await Self.read(texts, sink) == source)
        #expect(texts.cached(1) == source)
      }
    }
  }

  @Test(arguments: 0..<20)
  func `writers and readers at once: the cache ends up with what the source has`(
    seed: UInt64
  ) throws {
    for pipeline in [Self.sourceFirst, Self.cacheFirst] {
      try run(pipeline, seed: seed) { texts, sink, world in
        let random = SeededRandom(seed: seed)
        sink.setFaults { _, _ in
          switch random.below(8) {
          case 0: .fails(SinkError(.unavailable, "down"))
          case 1: .losesAnswer(SinkError(.unavailable, "lost"))
          default: .slow(.milliseconds(Int(random.below(5))))
          }
        }
        let tasks = (0..<6).map { task in
          world.spawn {
            for step in 0..<20 {
              let key = Int(random.below(2))
              if task < 4 {
                _ = try? await texts.set(key, "\(task).\(step)")
              } else {
                _ = try? await Self.read(texts, sink, key)
              }
              try? await world.sleep(for: .milliseconds(Int(random.below(4))))
            }
          }
        }
        for task in tasks { await task.wait() }
        for key in 0..<2 {
          let source = sink.text("texts:\(key)").map { String($0.dropFirst().dropLast()) }
          let found = try await Self.read(texts, sink, key)
          #expect(found == source, "seed \(seed), key \(key), \(pipeline[0])")
        }
      }
    }
  }

  @Test func `places that contradict the order are refused`() throws {
    func problems(_ pipeline: [String]) throws -> String {
      var registry = try Shop.registry
      try registry.register(sink: "probe", ReferenceSink())
      do {
        _ = try Shop.plan(Self.plan(pipeline), registry: registry)
        return ""
      } catch let error as ConfigurationError {
        return error.problems.map(\.message).joined(separator: "\n")
      }
    }
    let (first, through) = (Self.sourceFirst[0], Self.sourceFirst[1])
    #expect(try problems([first, through]) == "")
    #expect(try problems([through, first]).contains("behind every tier"))
    #expect(try problems(Self.cacheFirst.reversed()).contains("before every tier"))
    #expect(try problems([first, through, through]).contains("keep one"))
    #expect(
      try problems([first, through, "validation: { max-size: 1KiB }"]).contains("validation"))
    #expect(try problems(["versioned-keys", first, through]).contains("generation"))
    let wrong = "write-through: { sink: prob }"
    #expect(
      try problems([first, wrong]).contains("unknown sink \"prob\"; did you mean \"probe\"?"))
  }

  @Test func `its page says every option and default`() throws {
    #expect(try PluginPage.missing(WriteThrough.self, folder: "WriteThrough") == [])
  }
}
