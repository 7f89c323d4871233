// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import FaultProxy
import RESP
import RESPClient
import RedisServer
import StrataCore
import StrataNetwork
import Testing

@Suite("Lost connections, deadlines and cancellation")
struct LossTests {
  @Test func `a client is back after its server was killed`() async throws {
    let events = Record<RESPEvent>()
    let server = try await RedisServer.start()
    defer { server.stop() }
    try await withClient(try RESPClientConfiguration(url: server.url), onEvent: { events.add($0) })
    { client in
      for round in 1...5 {
        try await client.set("a", "\(round)")
        #expect(try await client.get("a") == Array("\(round)".utf8))
        server.stop()
        await events.wait { Self.losses($0) == round }
        try await server.restart()
        await events.wait { Self.connections($0) == round + 1 }
        #expect(try await client.get("a") == nil)
      }
      #expect(client.generation == 6)
    }
  }

  @Test func `while the server is down calls fail at once`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let events = Record<RESPEvent>()
    var configuration = try RESPClientConfiguration(url: server.url)
    configuration.timeout = .seconds(600)
    try await withClient(configuration, onEvent: { events.add($0) }) { client in
      try await client.set("a", "1")
      server.stop()
      await events.wait { $0.contains { if case .failed = $0 { true } else { false } } }
      // With ten minutes to go, a call that waited would not return in the life of this test.
      for _ in 0..<100 {
        await #expect(throws: RESPClientError.self) { try await client.get("a") }
      }
    }
  }

  @Test func `a frozen server costs callers their deadline and no more`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let events = Record<RESPEvent>()
    var configuration = try RESPClientConfiguration(url: server.url)
    configuration.timeout = .milliseconds(50)
    configuration.connection.grace = .milliseconds(200)
    configuration.connection.handshakeTimeout = .milliseconds(200)
    try await withClient(configuration, onEvent: { events.add($0) }) { client in
      try await client.set("a", "1", timeout: .seconds(60))
      server.freeze()
      await #expect(throws: RESPClientError.timedOut(.unknown)) { try await client.get("a") }
      await events.wait { $0.contains { if case .lost(.stalled) = $0 { true } else { false } } }
      await #expect(throws: RESPClientError.self) { try await client.get("a") }
      server.thaw()
      let before = Self.connections(events.all)
      await events.wait { Self.connections($0) > before }
      #expect(try await client.get("a", timeout: .seconds(60)) == Array("1".utf8))
    }
  }

  @Test func `the fate of a write whose reply is lost is unknown, and it is not sent again`()
    async throws
  {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let proxy = try await FaultProxy.start(to: server.endpoint)
    defer { proxy.close() }
    try await withClient(RESPClientConfiguration(endpoint: proxy.endpoint)) { client in
      _ = try await client.command("INCR", ["n"])
      proxy.rules = [FaultRule(.toClient, .cut(.reset), connections: 0..<1)]
      await #expect(throws: RESPClientError.lost(.unknown)) {
        try await client.command("INCR", ["n"])
      }
      #expect(try await client.get("n") == Array("2".utf8))
      let reply = FaultRule.Moment.containing(Array("$1\r\n2".utf8))
      proxy.rules = [FaultRule(.toClient, .cut(.reset), when: reply, connections: 1..<2)]
      #expect(try await client.get("n") == Array("2".utf8), "a read is tried again")
      #expect(client.generation == 3)
    }
  }

  @Test func `garbage and cut replies reach nobody`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let proxy = try await FaultProxy.start(to: server.endpoint, seed: 7)
    defer { proxy.close() }
    let faults: [FaultRule.Fault] = [
      .inject(Array("+NEXT\r\n".utf8)), .inject([0xFF, 0x00]), .replace(Array("$5\r\nab".utf8)),
      .inject(Array("$2147483647\r\n".utf8)), .cut(.now),
    ]
    try await withClient(RESPClientConfiguration(endpoint: proxy.endpoint)) { client in
      for index in 0..<50 { try await client.set("k\(index)", "v\(index)") }
      for fault in faults {
        proxy.rules = [FaultRule(.toClient, fault, when: .chance(0.05))]
        let wrong = await withTaskGroup(of: Int.self) { group in
          for task in 0..<20 {
            group.addTask {
              var wrong = 0
              for round in 0..<40 {
                let index = (task * 3 + round) % 50
                let found = try? await client.get("k\(index)", timeout: .milliseconds(300))
                if let found, found != Array("v\(index)".utf8) { wrong += 1 }
              }
              return wrong
            }
          }
          return await group.reduce(0, +)
        }
        #expect(wrong == 0, "\(fault)")
      }
    }
  }

  @Test(arguments: [
    FaultRule.Fault.delay(.milliseconds(200)), .trickle(bytes: 1, every: .milliseconds(10)), .hold,
    .drop,
  ])
  func `a slow network costs callers their deadline, and is used again after`(
    fault: FaultRule.Fault
  ) async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let proxy = try await FaultProxy.start(to: server.endpoint, seed: 11)
    defer { proxy.close() }
    var configuration = RESPClientConfiguration(endpoint: proxy.endpoint)
    configuration.timeout = .milliseconds(100)
    try await withClient(configuration) { client in
      try await client.set("a", "1", timeout: .seconds(60))
      for direction in [FaultRule.Direction.toClient, .toServer] {
        proxy.rules = [FaultRule(direction, fault)]
        for _ in 0..<20 { _ = try? await client.get("a") }
        proxy.rules = []
        while (try? await client.get("a")) == nil { await Task.yield() }
        #expect(try await client.get("a", timeout: .seconds(60)) == Array("1".utf8))
      }
    }
  }

  @Test func `ten thousand cancellations harm nobody`() async throws {
    try await withServer { client, _ in
      for index in 0..<64 { try await client.set("k\(index)", "v\(index)") }
      let (wrong, answered) = await withTaskGroup(of: (Int, Int).self) { group in
        for task in 0..<64 {
          group.addTask {
            var (wrong, answered) = (0, 0)
            for round in 0..<160 {
              let index = (task + round) % 64
              async let found = client.get("k\(index)")
              if round % 3 == 0 { await Task.yield() }
              guard round % 8 == 0 else { continue }  // leaving the scope cancels it
              if let value = try? await found {
                answered += 1
                if value != Array("v\(index)".utf8) { wrong += 1 }
              }
            }
            return (wrong, answered)
          }
        }
        return await group.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
      }
      #expect(wrong == 0)
      #expect(answered == 64 * 20)
      #expect(try await client.get("k1") == Array("v1".utf8))
      #expect(client.outstanding == 0)
    }
  }

  @Test func `a full connection holds callers back and loses nobody`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    var configuration = try RESPClientConfiguration(url: server.url)
    configuration.connection.outstanding = 8
    configuration.timeout = .seconds(60)
    try await withClient(configuration) { client in
      try await client.set("a", "1")
      let good = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<500 {
          group.addTask { (try? await client.get("a")) == Array("1".utf8) }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(good == 500)
      await #expect(throws: RESPClientError.overloaded) {
        try await client.sendAll(9) { writer, _ in
          writer.command("PING")
        } read: { (frame) throws(RESPClientError) in
          frame.isNull
        }
      }
    }
  }

  @Test func `a closed client says so`() async throws {
    let network = SocketNetwork()
    defer { network.shutDown() }
    let server = try await RedisServer.start()
    defer { server.stop() }
    try await withClient(try RESPClientConfiguration(url: server.url)) { client in
      try await client.set("a", "1")
      await client.close()
      await client.close()
      await #expect(throws: RESPClientError.closed) { try await client.get("a") }
    }
  }

  private static func losses(_ events: [RESPEvent]) -> Int {
    events.reduce(0) { if case .lost = $1 { $0 + 1 } else { $0 } }
  }

  private static func connections(_ events: [RESPEvent]) -> Int {
    events.reduce(0) { if case .connected = $1 { $0 + 1 } else { $0 } }
  }
}
