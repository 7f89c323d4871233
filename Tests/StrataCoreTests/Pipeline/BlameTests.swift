// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

/// Stages whose behaviour is a closure, under three names.
protocol ScriptedStage: CacheStage {
  init(_ respond: @escaping Respond)
}

typealias Respond = @Sendable (CacheRequest, Next) async throws -> CacheReply

struct Outer: ScriptedStage {
  static let id: StageID = "outer"
  private let body: Respond
  init(_ respond: @escaping Respond) { body = respond }
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    body = { try await $1($0) }
  }
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await body(request, next)
  }
}

struct Inner: ScriptedStage {
  static let id: StageID = "inner"
  private let body: Respond
  init(_ respond: @escaping Respond) { body = respond }
  init(options: StageOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    body = { try await $1($0) }
  }
  func respond(to request: CacheRequest, next: Next) async throws -> CacheReply {
    try await body(request, next)
  }
}

@Suite("Who is to blame")
struct BlameTests {
  struct Tantrum: Error {}

  /// Sends one request through two stages and returns what it threw.
  private func failure(
    _ operation: CacheOperation = .read, timeout: Duration? = nil,
    outer: @escaping Respond = { try await $1($0) }, inner: @escaping Respond
  ) throws -> CacheError? {
    try Simulation(seed: 1).run { world in
      let rig = try Rig(world) { _ in [Outer(outer), Inner(inner)] }
      var request = CacheRequest(
        operation, keys: .one(rig.key("a")), loader: .each { _ in LivePayload(1) })
      request.options.timeout = timeout
      do {
        _ = try await rig.pipeline.respond(to: request)
        return nil
      } catch {
        return error as? CacheError
      }
    }
  }

  @Test func `a stage that throws is named with its place, once`() throws {
    let error = try #require(try failure { _, _ in throw Tantrum() })
    #expect(error.code == .stageFailed)
    #expect(error.stage == "inner" && error.position == 1 && error.cache == "test")
    #expect(error.underlying is Tantrum)
  }

  @Test func `a CacheError keeps its code and gets the name of who threw it`() throws {
    let error = try failure { _, _ in throw CacheError(.overloaded, "Too much.") }
    #expect(error?.code == .overloaded)
    #expect(error?.stage == "inner" && error?.position == 1 && error?.cache == "test")
  }

  @Test func `calling next twice is the caller's fault`() throws {
    let error = try failure { request, next in
      _ = try await next(request)
      return try await next(request)
    }
    #expect(error?.code == .nextCalledTwice)
    #expect(error?.stage == "inner")
    let fromOutside = try failure(
      outer: { request, next in
        _ = try await next(request)
        return try await next(request)
      }, inner: { try await $1($0) })
    #expect(fromOutside?.code == .nextCalledTwice)
    #expect(fromOutside?.stage == "outer")
  }

  @Test func `asking again on purpose is nobody's fault`() throws {
    let error = try failure { request, next in
      _ = try await next(request.again())
      return try await next(request.again())
    }
    #expect(error == nil)
  }

  @Test(arguments: ["write", "remove", "expire", "touch"])
  func `a change kept back is the fault of the innermost who saw it`(name: String) throws {
    let operations: [CacheOperation] = [
      .write(.one(LoadedValue(LivePayload(1)))), .remove, .expire, .touch(.seconds(1)),
    ]
    let operation = try #require(operations.first { $0.name == name })
    let error = try failure(operation) { request, _ in
      CacheReply(request.keys.mapEach { _ in KeyReply(.done) })
    }
    #expect(error?.code == .nextNotCalled)
    #expect(error?.stage == "inner" && error?.position == 1)
    let refused = try failure(operation) { request, _ in
      CacheReply(request.keys.mapEach { _ in KeyReply(.refused(.invalid)) })
    }
    #expect(refused == nil)
  }

  @Test func `a miss without asking the loader is a fault, a hit is not`() throws {
    let miss = try failure { _, _ in CacheReply(KeyReply(.miss(.neverCached))) }
    #expect(miss?.code == .nextNotCalled && miss?.stage == "inner")
    let hit = try failure { _, _ in CacheReply(KeyReply(.hit(tier: "own"))) }
    #expect(hit == nil)
  }

  @Test func `a wrong number of results is named`() throws {
    let error = try failure { _, _ in CacheReply(.many([])) }
    #expect(error?.code == .wrongReply && error?.stage == "inner")
    #expect(error?.message == "Stage 'inner' answered 0 results to 1 keys.")
  }

  @Test func `a deadline names the innermost who has not answered`() throws {
    let stuck: Respond = { request, next in
      await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
      return try await next(request)
    }
    let inner = try failure(timeout: .seconds(1), inner: stuck)
    #expect(inner?.code == .deadlineExceeded)
    #expect(inner?.stage == "inner" && inner?.position == 1)
    let outer = try failure(
      timeout: .seconds(1),
      outer: { request, next in
        let reply = try await next(request)
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        return reply
      }, inner: { try await $1($0) })
    #expect(outer?.code == .deadlineExceeded && outer?.stage == "outer")
  }

  @Test func `a cancellation stays one`() throws {
    try Simulation(seed: 1).run { world in
      let rig = try Rig(world) { _ in [Inner { _, _ in throw CancellationError() }] }
      await #expect(throws: CancellationError.self) { _ = try await rig.read("a") }
    }
  }
}
