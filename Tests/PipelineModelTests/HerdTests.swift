// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Ten thousand callers miss one key")
struct HerdTests {
  enum Source: CaseIterable, Sendable { case answers, fails, reportsNotFound }

  static let shapes: [[PipelineShape.Kind]] = [
    [.memory, .stampedeGuard], [.memory, .stampedeGuard, .shared], [.stampedeGuard, .memory],
    [.bytes, .stampedeGuard],
  ]

  @Test(arguments: shapes, Source.allCases)
  func `one load runs, all are answered alike, nothing is left`(
    kinds: [PipelineShape.Kind], source: Source
  ) throws {
    try Simulation(seed: 10_000).run { world in
      let shape = PipelineShape(stages: kinds.map { .init(kind: $0) }, ttl: 60, maxStale: 0)
      let subject = try Subject(shape, world.runtime)
      let loads = Lock(0)
      let answers = Lock<[String: Int]>([:])
      let request = CacheRequest(
        .read, keys: .one(subject.key(1)),
        loader: .each { context in
          loads.withLock { $0 += 1 }
          try await world.sleep(for: .milliseconds(20))
          switch source {
          case .answers: return LivePayload(7)
          case .fails: throw BrokenSource()
          case .reportsNotFound: try context.notFound()
          }
        }, coder: WideCoder())
      for _ in 0..<10_000 {
        world.spawn {
          let reply = try? await subject.pipeline.respond(to: request.copy()).first
          answers.withLock { $0[Self.word(for: reply), default: 0] += 1 }
        }
      }
      try await world.sleep(for: .seconds(1))
      #expect(loads.withLock { $0 } == 1)
      let word = source == .answers ? "7" : source == .fails ? "failed" : "not found"
      #expect(answers.withLock { $0 } == [word: 10_000])
      #expect(subject.remains == [])
      #expect(world.runningTasks == 1)
      #expect(world.clock.pendingTimers == 0)
    }
  }

  @Test func `a load that everybody leaves is cancelled, and the next caller loads anew`() throws {
    try Simulation(seed: 10_001).run { world in
      let shape = PipelineShape(
        stages: [.init(kind: .memory), .init(kind: .stampedeGuard)], ttl: 60, maxStale: 0)
      let subject = try Subject(shape, world.runtime)
      let loads = Lock(0)
      let request = CacheRequest(
        .read, keys: .one(subject.key(1)),
        loader: .each { _ in
          let number = loads.withLock { loads in
            loads += 1
            return loads
          }
          try await world.sleep(for: .seconds(number == 1 ? 3600 : 0))
          return LivePayload(number)
        }, coder: WideCoder())
      let callers = (0..<1000).map { _ in
        world.spawn { _ = try? await subject.pipeline.respond(to: request.copy()) }
      }
      try await world.sleep(for: .seconds(1))
      for caller in callers { caller.cancel() }
      await world.settle()
      #expect(subject.remains == [])
      #expect(world.clock.pendingTimers == 0)
      let reply = try await subject.pipeline.respond(to: request.copy()).first
      #expect(reply.entry?.payload?.live(as: Int.self) == 2)
    }
  }

  private static func word(for reply: KeyReply?) -> String {
    guard let reply else { return "thrown" }
    if case .failed = reply.outcome { return "failed" }
    return reply.entry?.payload?.live(as: Int.self).map { "\($0)" } ?? "not found"
  }
}

extension CacheRequest {
  /// The request as a caller of its own would make it.
  func copy() -> CacheRequest {
    var copy = CacheRequest(operation, keys: keys, options: options, loader: loader, coder: coder)
    copy.deadline = deadline
    return copy
  }
}
