// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import RESP
import RESPStore
import RedisServer
import Strata
import StrataConfig
import StrataCore
import StrataTesting
import TestSupport
import Testing

@Suite("The store in a plan")
struct PlanTests {
  @Test func `the configuration that comes along works on a real server`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let nodes = [try await open(world, server), try await open(world, server)]
    let caches: [Cache<Int, User>] = try nodes.map { try $0.cache("users") }
    let loads = Record<Int>()
    for cache in caches {
      let user = try await cache.value(for: 42) {
        loads.add(42)
        return User(id: 42, name: "Ada")
      }
      #expect(user.name == "Ada")
    }
    #expect(loads.all.count == 1, "the second node finds what the first has loaded")
    #expect(try await server.command("EXISTS", "strata:users:user:42").integer == 1)
    try await caches[0].remove(42)
    #expect(try await server.command("STRLEN", "strata:users:user:42").integer == 16)
    for node in nodes { await node.shutdown() }
  }

  @Test(arguments: [
    ("url: http://a", "begins with none of redis://"),
    ("url: \"redis://u:p4ss@a:x\"", "has a port that is no number"),
    ("url: redis://a, user: app", "needs a password"),
    ("url: redis://a, tls-authority: ca.pem", "write rediss://"),
    ("url: rediss://a, tls-key: k.pem", "add tls-certificate"),
    ("url: rediss://a, tls-certificate: c.pem", "add tls-key"),
    ("url: redis://a, lease: 10ms", "write 1s to 1d"),
    ("url: redis://a, timeout: 0s", "write 1ms or more"),
  ])
  func `impossible options are refused, with no secret in the message`(
    options: String, message: String
  ) async throws {
    let world = World()
    let yaml = """
      version: 1
      stores:
        redis: { kind: resp, \(options) }
      caches:
        users: { ttl: 1m, pipeline: [{ remote: { store: redis } }] }
      """
    do {
      let strata = try await Strata(
        plan: try Shop.plan(yaml), registry: try Shop.registry, runtime: world.runtime)
      await strata.shutdown()
      Issue.record("the plan was accepted")
    } catch {
      #expect("\(error)".contains(message), "\(error)")
      #expect(!"\(error)".contains("p4ss"))
    }
  }

  @Test func `a process without a network cannot have it`() async throws {
    let options = StoreOptions(name: "redis", block: .written(["url": "redis://127.0.0.1:1"]))
    #expect(throws: ConfigurationError.self) {
      try RESPStore(options: options, runtime: Simulation(seed: 1).runtime)
    }
  }

  private func open(_ world: World, _ server: RedisServer) async throws -> Strata {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent("Config/redis.yaml"), encoding: .utf8)
    let reader = ConfigReader(files: ConfigTexts(["redis.yaml": text])) { name in
      name == "REDIS_URL" ? server.url : nil
    }
    let plan = try reader.plan("redis.yaml", registry: .builtIn).checked()
    return try await Strata(plan: plan, registry: .builtIn, runtime: world.runtime)
  }
}
