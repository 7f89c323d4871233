// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import RESP
import RESPStore
import RedisServer
import Strata
import StrataConfig
import StrataCore
import StrataNetwork
import StrataTesting
import TestSupport
import Testing

@Suite("The store in a plan", .serialized)
struct PlanTests {
  @Test(arguments: [
    ("plain", "redis.yaml"), ("cluster", "redis-cluster.yaml"), ("sentinel", "redis-sentinel.yaml"),
    ("tls", "redis-tls.yaml"),
  ])
  func `each configuration that comes along works on the servers of its one command`(
    kind: String, file: String
  ) async throws {
    let servers = try await RedisArrangement.start(kind)
    defer { servers.stop() }
    let environment = Self.environment(kind, servers)
    let world = World()
    defer { world.network.shutDown() }
    let nodes = [
      try await Self.open(world, file, environment), try await Self.open(world, file, environment),
    ]
    let caches: [Cache<Int, User>] = try nodes.map { try $0.cache("users") }
    let loads = Record<Int>()
    let load = { @Sendable (id: Int) in
      loads.add(id)
      return User(id: id, name: "Ada")
    }
    for id in 0..<20 {
      try await eventually {
        // A machine that is busy makes a node load once more, and another one find it after that.
        _ = try await caches[0].value(for: id) { load(id) }
        let before = loads.all.count
        let user = try await caches[1].value(for: id) { load(id) }
        return user.name == "Ada" && loads.all.count == before
      }
    }
    for id in 0..<20 { try await caches[0].remove(id) }
    let before = loads.all.count
    for id in 0..<20 { _ = try await caches[0].value(for: id) { load(id) } }
    #expect(loads.all.count == before + 20)
    for node in nodes { await node.shutdown() }
  }

  @Test(arguments: [
    ("url: http://a", "begins with none of redis://"),
    ("url: \"redis://u:p4ss@a:x\"", "has a port that is no number"),
    ("url: redis://a, user: app", "needs a password"),
    ("url: redis+ftp://a", "begins with none of redis://"),
    ("url: redis+sentinel://a", "names no primary"),
    ("url: redis+cluster://a/3", "a cluster has none but 0"),
    ("url: \"redis+ring://a,a\"", "names a server twice"),
    ("url: \"redis+ring://a,b\", replica-reads: true", "needs copies"),
    ("url: redis://a, sentinel-password: p4ss", "has no sentinels"),
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

  private static func environment(_ kind: String, _ servers: RedisArrangement) -> [String: String] {
    let places = (0..<3).map { "127.0.0.1:\(servers.port + $0)" }.joined(separator: ",")
    return switch kind {
    case "cluster": ["REDIS_URL": "redis+cluster://\(places)"]
    case "sentinel": ["REDIS_URL": "redis+sentinel://\(places)/main"]
    case "tls":
      [
        "REDIS_URL": "rediss://localhost:\(servers.port)",
        "REDIS_AUTHORITY": "\(servers.path)/ca.pem",
      ]
    default: ["REDIS_URL": "redis://127.0.0.1:\(servers.port)"]
    }
  }

  private static func open(
    _ world: World, _ file: String, _ environment: [String: String]
  ) async throws -> Strata {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent("Config/\(file)"), encoding: .utf8)
    let reader = ConfigReader(files: ConfigTexts([file: text])) { environment[$0] }
    let plan = try reader.plan(file, registry: .builtIn).checked()
    return try await Strata(plan: plan, registry: .builtIn, runtime: world.runtime)
  }
}
