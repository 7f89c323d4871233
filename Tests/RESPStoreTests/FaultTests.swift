// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import FaultProxy
import RESP
import RESPStore
import RedisServer
import Strata
import StrataCore
import StrataNetwork
import StrataTesting
import TestSupport
import Testing

@Suite("Faults behind a pipeline: no wrong value, no error, and back in use")
struct FaultTests {
  /// What goes wrong between client and server.
  static let network: [FaultRule.Fault] = [
    .delay(.milliseconds(200)), .trickle(bytes: 1, every: .milliseconds(10)), .drop, .hold,
    .cut(.reset), .cut(.afterSending), .flipBit, .swap, .split(1),
    .inject(Array("+NEXT\r\n".utf8)), .inject(Array("-LOADING Redis is loading\r\n".utf8)),
    .inject(Array("$2147483647\r\n".utf8)), .replace([0, 0xFF, 0x0D]),
    .replace(Array("$9\r\nab".utf8)), .replace(Array("-NOAUTH Authentication required.\r\n".utf8)),
    .replace(Array("-OOM command not allowed\r\n".utf8)),
    .replace(Array("-MOVED 1 127.0.0.1:1\r\n".utf8)),
  ]

  @Test(arguments: network)
  func `the network`(fault: FaultRule.Fault) async throws {
    try await withProxy { proxy, shop in
      for direction in [FaultRule.Direction.toClient, .toServer] {
        proxy.rules = [FaultRule(direction, fault, when: .chance(0.3))]
        await shop.expectAllRight()
        proxy.rules = [FaultRule(direction, fault)]
        await shop.expectAllRight()
        proxy.rules = []
        try await shop.expectBackInUse()
      }
    }
  }

  /// A server's time that lies ahead makes all that it keeps look expired, and would give fills
  /// versions that nothing can replace.
  @Test func `a time that the server cannot have is not believed`() async throws {
    try await withProxy { proxy, shop in
      let wrong = Array("*2\r\n$10\r\n4999999999\r\n$6\r\n000000\r\n_\r\n".utf8)
      let time = FaultRule.Moment.containing(Array("*2\r\n$10\r\n".utf8))
      proxy.rules = [FaultRule(.toClient, .replace(wrong), when: time, times: 1)]
      // One call after the other, for long enough that the store asks for the time anew: its answer
      // and a hit's come together.
      for _ in 0..<30 {
        await shop.expectRight(1)
        try await shop.world.runtime.clock.sleep(for: .milliseconds(10))
      }
      proxy.rules = []
      try await shop.expectBackInUse()
    }
  }

  @Test func `the server is killed, comes back empty, and is killed again`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    try await withShop(server.url) { shop in
      for _ in 0..<10 {
        async let calls: Void = shop.expectAllRight()
        server.stop()
        await calls
        await shop.expectAllRight()
        try await server.restart()
        try await shop.expectBackInUse()
      }
    }
  }

  @Test func `the server is frozen and thawed`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    try await withShop(server.url) { shop in
      for _ in 0..<3 {
        async let calls: Void = shop.expectAllRight()
        server.freeze()
        await calls
        await shop.expectAllRight()
        server.thaw()
        try await shop.expectBackInUse()
      }
    }
  }

  @Test func `the server refuses to write, to keep, or to know us`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    try await withShop(server.url) { shop in
      let troubles = [
        (["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]),
        (["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]),
        (["SCRIPT", "FLUSH"], ["PING"]),
        (["FLUSHALL"], ["PING"]),
        (["CLIENT", "KILL", "TYPE", "normal"], ["PING"]),
        (
          ["ACL", "SETUSER", "default", "-get", "-evalsha"], ["ACL", "SETUSER", "default", "+@all"]
        ),
      ]
      for (begin, end) in troubles {
        await shop.expectAllRight()
        _ = try await server.command(words: begin)
        await shop.expectAllRight()
        _ = try await server.command(words: end)
        try await shop.expectBackInUse()
      }
    }
  }

  @Test func `a wrong password is reported without it, and callers are served`() async throws {
    let server = try await RedisServer.start(.init(["--requirepass", "right"]))
    defer { server.stop() }
    try await withShop("redis://:wr0ng-hunter2@127.0.0.1:\(server.port)") { shop in
      await shop.expectAllRight()
      let reports = shop.world.reporter.all.map(\.description)
      let isNamed = reports.contains { $0.contains("authenticationFailed") }
      #expect(isNamed)
      let isShown = reports.contains { $0.contains("hunter2") }
      #expect(!isShown)
    }
  }

  /// A shop that reaches its server through a proxy, and is in use.
  private func withProxy(_ body: (FaultProxy, FaultyShop) async throws -> Void) async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let proxy = try await FaultProxy.start(to: server.endpoint, seed: 11)
    defer { proxy.close() }
    try await withShop("redis://\(proxy.endpoint)") { shop in
      await shop.expectAllRight()
      try await body(proxy, shop)
      await shop.expectAllRight()
    }
  }

  private func withShop(_ url: String, _ body: (FaultyShop) async throws -> Void) async throws {
    let shop = try await FaultyShop(url)
    try await body(shop)
    await shop.strata.shutdown()
  }
}

/// A cache on the server alone, so that every call goes there, and a source that never fails.
private final class FaultyShop: Sendable {
  let world = World()
  let strata: Strata
  private let users: Cache<Int, User>
  private let loads = Lock(0)

  init(_ url: String) async throws {
    let yaml = """
      version: 1
      stores:
        redis: { kind: resp, url: "\(url)", timeout: 50ms }
      caches:
        users:
          key: "user:{id}"
          ttl: 10m
          pipeline: [{ remote: { store: redis, timeout: 50ms } }]
      """
    strata = try await Strata(
      plan: try Shop.plan(yaml), registry: try Shop.registry, runtime: world.runtime)
    users = try strata.cache("users")
  }

  func expectRight(_ id: Int) async {
    #expect((try? await user(id)) == User(id: id, name: "user \(id)"))
  }

  /// Twelve callers ask for sixty users, and each gets the one asked for.
  func expectAllRight() async {
    let wrong = await withTaskGroup(of: Int.self) { group in
      for caller in 0..<12 {
        group.addTask {
          var wrong = 0
          for round in 0..<3 {
            let id = (caller * 5 + round * 20) % 60
            if (try? await self.user(id)) != User(id: id, name: "user \(id)") { wrong += 1 }
          }
          return wrong
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }

  /// Asks until a value comes from the server again. Reconnecting takes a second at most; the limit
  /// is for a busy machine, and for a store that never comes back.
  func expectBackInUse() async throws {
    for id in 1000..<4000 {
      _ = try await user(id)
      let before = loads.withLock { $0 }
      _ = try await user(id)
      if loads.withLock({ $0 }) == before { return }
      try await world.runtime.clock.sleep(for: .milliseconds(10))
    }
    Issue.record("the server is not used again")
  }

  private func user(_ id: Int) async throws -> User {
    try await users.value(for: id) {
      self.loads.withLock { $0 += 1 }
      return User(id: id, name: "user \(id)")
    }
  }
}
