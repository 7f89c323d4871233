// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import CacheTracing
import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Tracing")
struct CacheTracingTests {
  static func plan(_ options: String = "") -> String {
    Shop.yaml(
      """
      - tracing: { \(options) }
      - full-road
      - local: { store: memory }
      - refresh-ahead: { at: 50% }
      - stampede-guard
      """, settings: "ttl: 10s\ntimeout: 5s")
  }

  private static let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  @Test func `an operation is a span in its caller's trace, and loads lie inside it`() throws {
    try Simulation(seed: 1).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let collector = SpanCollector(runtime: world.runtime)
      strata.trace(with: collector)
      let users: Cache<Int, User> = try strata.cache("users")
      let inside = Lock<TraceContext?>(nil)
      let load: @Sendable () async throws -> User = {
        inside.withLock { $0 = TraceContext.current }
        try await world.sleep(for: .milliseconds(20))
        return User(id: 1, name: "secret")
      }
      let parent = try #require(TraceContext(traceparent: Self.header))
      _ = try await TraceContext.$current.withValue(parent) {
        try await users.value(for: 1, load: load)
      }
      let spans = collector.take()
      #expect(spans.count == 1)
      let span = try #require(spans.first)
      #expect(span.start.name == "cache read" && span.start.parent == parent)
      #expect(span.context.traceID == parent.traceID && span.context.span != parent.span)
      #expect(inside.withLock { $0 } == span.context)
      #expect(span.duration == .milliseconds(20))
      #expect(span.end["cache.outcome"] == .text("loaded"))
      #expect(span.end["cache.reason"] == .text("never-cached"))
      #expect(span.end["cache.keys"] == .integer(1))
      #expect(span.end.error == nil)
      let said = "\(span.end.attributes)"
      #expect(!said.contains("secret") && !said.contains("users:1"))
    }
  }

  @Test func `the call's own trace comes before the task's`() throws {
    try Simulation(seed: 2).run { world in
      let strata = try await Shop.open(Self.plan("keys: plain"), world)
      let collector = SpanCollector(runtime: world.runtime)
      strata.trace(with: collector)
      let users: Cache<Int, User> = try strata.cache("users")
      var options = RequestOptions()
      options.trace = TraceContext(traceparent: Self.header)
      let given = options
      _ = try await users.get(1, options: given)
      _ = try await users.getMany([1, 2])
      let spans = collector.take()
      #expect(spans[0].start.parent == given.trace)
      #expect(spans[0].end["cache.key"] == .text("users:1"))
      #expect(spans[1].start.parent == nil && spans[1].context.isSampled)
      #expect(spans[1].end["cache.outcomes.miss"] == .integer(2))
    }
  }

  @Test func `hits on the fast road have no span, and a refresh behind has one`() throws {
    try Simulation(seed: 3).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let collector = SpanCollector(runtime: world.runtime)
      strata.trace(with: collector)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      let user = users.wrap(source.user)
      _ = try await user(1)
      for _ in 0..<100 { _ = try await user(1) }
      #expect(collector.take().count == 1 && strata.walks(in: "users") == 1)
      try await world.sleep(for: .seconds(6))
      _ = try await user(1)
      try await world.sleep(for: .seconds(1))
      let spans = collector.take()
      #expect(spans.map(\.start.name) == ["cache read", "cache refresh"])
      #expect(spans[1].start.parent?.traceID == spans[0].context.traceID)
      #expect(spans[1].end["cache.behind"] == .boolean(true))
    }
  }

  @Test func `a failed load is said by its type`() throws {
    try Simulation(seed: 4).run { world in
      let strata = try await Shop.open(Self.plan("keys: none"), world)
      let collector = SpanCollector(runtime: world.runtime)
      strata.trace(with: collector)
      let users: Cache<Int, User> = try strata.cache("users")
      let source = Source(world)
      source.fail()
      await #expect(throws: Source.Down()) {
        try await users.value(for: 1) { try await source.user(1) }
      }
      source.take(.seconds(60))
      await #expect(throws: CacheError.self) {
        try await users.value(for: 2) { try await source.user(2) }
      }
      try await world.sleep(for: .seconds(60))
      let spans = collector.take()
      #expect(spans[0].end.error == "Down" && spans[0].end["cache.key"] == nil)
      #expect(spans[1].end.error != nil)
    }
  }

  @Test func `what is not recorded further out is not recorded here`() throws {
    try Simulation(seed: 5).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let collector = SpanCollector(
        runtime: world.runtime, capacity: 8, share: Fraction(percent: 25))
      strata.trace(with: collector)
      let users: Cache<Int, User> = try strata.cache("users")
      let silent = TraceContext(traceparent: String(Self.header.dropLast()) + "0")
      try await TraceContext.$current.withValue(silent) { _ = try await users.get(1) }
      #expect(collector.take().isEmpty)
      for _ in 0..<1000 { _ = try await users.get(1) }
      #expect(collector.dropped > 180 && collector.dropped < 320)
      #expect(collector.take().count == 8)
      strata.trace(with: nil)
      _ = try await users.get(1)
      #expect(collector.take().isEmpty)
    }
  }

  @Test func `the tracer stays when the plan is reloaded`() throws {
    try Simulation(seed: 6).run { world in
      let strata = try await Shop.open(Self.plan(), world)
      let collector = SpanCollector(runtime: world.runtime)
      strata.trace(with: collector)
      try await strata.replace(plan: try Shop.plan(Self.plan("keys: none")))
      let users: Cache<Int, User> = try strata.cache("users")
      _ = try await users.get(1)
      #expect(collector.take().count == 1)
    }
  }

  @Test func `a second one is refused`() throws {
    let twice = try Shop.problems("- tracing\n- tracing\n- local: { store: memory }")
    #expect(twice.contains { $0.contains("would record everything twice") })
  }

  @Test func `its page names every option with its default`() throws {
    #expect(try PluginPage.missing(CacheTracing.self, folder: "CacheTracing") == [])
  }
}

@Suite("Trace context")
struct TraceContextTests {
  @Test func `a header comes back as it was`() throws {
    let random = SeededRandom(seed: 3)
    for _ in 0..<1000 {
      let context = try #require(
        TraceContext(
          traceHigh: random.next(), traceLow: random.next(), span: random.next() | 1,
          flags: UInt8(truncatingIfNeeded: random.next())))
      #expect(TraceContext(traceparent: context.traceparent) == context)
      #expect(context.traceparent.utf8.count == 55)
    }
  }

  @Test(arguments: [
    "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
    "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
    "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
    "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
  ])
  func `what is no header is none`(text: String) { #expect(TraceContext(traceparent: text) == nil) }

  @Test func `a later version may say more`() {
    let text = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"
    #expect(TraceContext(traceparent: text)?.isSampled == true)
  }
}
