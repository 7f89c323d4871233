// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import RESPClient
import RedisServer
import StrataCore
import StrataNetwork
import Testing

@Suite("Real sentinels", .serialized)
struct SentinelTests {
  private static let name = Array("name".utf8)

  @Test func `a failover is followed, and who was the primary is none when it comes back`()
    async throws
  {
    let servers = try await RedisSentinels.start()
    defer { servers.stop() }
    try await withFleet(servers.url) { fleet in
      try await fleet.put(Self.name, [1])
      #expect(fleet.owner(of: 0)?.configuration.endpoint == servers.primary.endpoint)
      try await servers.primary.command("WAIT", "1", "10000")
      servers.primary.stop()
      try await eventually {
        try await fleet.put([2], [2])
        return true
      }
      #expect(fleet.owner(of: 0)?.configuration.endpoint == servers.replicas[0].endpoint)
      #expect(try await fleet.fetch(Self.name) == [1])

      try await servers.primary.restart()
      for number in 0..<50 { try await fleet.put([3], [UInt8(number)]) }
      #expect(fleet.owner(of: 0)?.configuration.endpoint == servers.replicas[0].endpoint)
      #expect(try await servers.replicas[0].command("EXISTS", "\u{3}").integer == 1)
    }
  }

  @Test func `a failover that somebody asks for is followed while the old primary lives`()
    async throws
  {
    let servers = try await RedisSentinels.start()
    defer { servers.stop() }
    try await withFleet(servers.url) { fleet in
      try await fleet.put(Self.name, [1])
      try await servers.primary.command("WAIT", "1", "10000")
      try await servers.sentinels[0].command("SENTINEL", "FAILOVER", RedisSentinels.name)
      try await eventually {
        fleet.owner(of: 0)?.configuration.endpoint == servers.replicas[0].endpoint
      }
      try await eventually {
        try await fleet.put(Self.name, [2])
        return true
      }
      #expect(try await servers.replicas[0].command("GET", "name").bytes == [2])
    }
  }

  @Test func `who is named and is no primary is given no command`() async throws {
    // Sentinels that are this patient take no notice of what is done to their servers.
    let servers = try await RedisSentinels.start(sentinels: 1, downAfter: 3_600_000)
    defer { servers.stop() }
    let copy = servers.replicas[0]
    try await copy.command("REPLICAOF", "NO", "ONE")
    try await servers.primary.command("REPLICAOF", "127.0.0.1", "\(copy.port)")
    try await servers.primary.command("CONFIG", "SET", "replica-read-only", "no")
    try await withFleet(servers.url, patience: .milliseconds(500)) { fleet in
      for _ in 0..<5 {
        _ = await #expect(throws: RESPClientError.self) { try await fleet.put(Self.name, [1]) }
      }
      #expect(try await servers.primary.command("EXISTS", "name").integer == 0)
      try await servers.primary.command("REPLICAOF", "NO", "ONE")
      try await eventually {
        try await fleet.put(Self.name, [1])
        return true
      }
      #expect(try await servers.primary.command("EXISTS", "name").integer == 1)
    }
  }

  @Test func `sentinels that are gone are passed over`() async throws {
    let servers = try await RedisSentinels.start()
    defer { servers.stop() }
    servers.sentinels[0].stop()
    try await withFleet(servers.url) { fleet in
      try await fleet.put(Self.name, [1])
      #expect(try await fleet.fetch(Self.name) == [1])
    }
  }
}

@Suite("Several independent servers", .serialized)
struct RingTests {
  @Test func `each name has one server, and one that is gone takes only its own names along`()
    async throws
  {
    var servers: [RedisServer] = []
    for _ in 0..<3 { servers.append(try await RedisServer.start()) }
    defer { for server in servers { server.stop() } }
    let places = servers.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
    try await withFleet("redis+ring://\(places)", patience: .seconds(5)) { fleet in
      let names = (0..<90).map { Array("name:\($0)".utf8) }
      for name in names { try await fleet.put(name, name) }
      #expect(try await fleet.get(names) == names)
      #expect(try await fleet.scanAll("name:*") == Set(names))
      servers[1].stop()
      let results = try await fleet.sendAll(names.map { fleet.slot(of: $0) }, .reading) {
        writer, index, _ in
        writer.command("GET", names[index])
      } read: { _ in
        { (frame) throws(RESPClientError) in try frame.readOptionalBytes() }
      }
      for (name, result) in zip(names, results) {
        let isThere = (try? result.get()) == name
        #expect(isThere == (fleet.slot(of: name) != 1))
      }
    }
  }

  @Test func `a copy answers reads while its server is out of reach, and takes no writes`()
    async throws
  {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let copy = try await RedisServer.start(.init(["--replicaof", "127.0.0.1", "\(server.port)"]))
    defer { copy.stop() }
    try await copy.wait(for: ["ROLE"]) { $0[3]?.string == "connected" }
    let url = "redis+ring://127.0.0.1:\(server.port)|127.0.0.1:\(copy.port)"
    try await withFleet(url, readsReplicas: true, patience: .seconds(2)) { fleet in
      try await fleet.put([1], [1])
      try await server.command("WAIT", "1", "10000")
      server.stop()
      try await eventually { try await fleet.fetch([1]) == [1] }
      #expect(try await fleet.get([[1], [2]]) == [[1], nil])
      _ = await #expect(throws: RESPClientError.self) { try await fleet.put([1], [2]) }
      try await server.restart()
      try await eventually {
        try await fleet.put([1], [3])
        return true
      }
      #expect(try await fleet.fetch([1]) == [3])
    }
  }
}
