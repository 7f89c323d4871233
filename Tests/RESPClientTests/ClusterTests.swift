// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import ServerProcess
import RESP
import RESPClient
import RedisServer
import StrataCore
import StrataNetwork
import StrataSystem
import Testing

@Suite("A real cluster", .serialized)
struct ClusterTests {
  @Test func `names go where they belong, and many come back in order`() async throws {
    let cluster = try await RedisCluster.start()
    defer { cluster.stop() }
    try await withFleet(cluster.url) { fleet in
      #expect(fleet.layout.isComplete && fleet.primaries.count == 3)
      let names = (0..<300).map { Array("name:\($0)".utf8) }
      for name in names { try await fleet.put(name, name) }
      #expect(try await fleet.get(names + [[1]]) == names.map { $0 } + [nil])
      let sizes = try await sizes(cluster)
      #expect(sizes.reduce(0, +) == 300)
      #expect(sizes.allSatisfy { $0 > 50 }, "\(sizes)")
      #expect(try await fleet.scanAll("name:*") == Set(names))
    }
  }

  @Test func `a slot that moves is followed at once, and asked for while it moves`() async throws {
    let cluster = try await RedisCluster.start()
    defer { cluster.stop() }
    try await withFleet(cluster.url) { fleet in
      let names = (0..<20).map { Array("{moving}:\($0)".utf8) }
      for name in names { try await fleet.put(name, [1]) }
      let slot = fleet.slot(of: names[0])
      let source = try await cluster.holder(of: slot)
      let target = try #require(cluster.primaries.first { $0 !== source })
      try await cluster.beginMove(slot, from: source, to: target)
      // Half of the names are there already, half are not.
      for name in names.prefix(10) { try await cluster.carry(name, from: source, to: target) }
      for name in names { #expect(try await fleet.fetch(name) == [1]) }
      #expect(try await fleet.get(names) == names.map { _ in [1] })
      let new = Array("{moving}:new".utf8)
      try await fleet.put(new, [2])
      #expect(try await fleet.fetch(new) == [2])
      #expect(fleet.owner(of: slot)?.configuration.endpoint == source.endpoint)

      for name in names.dropFirst(10) { try await cluster.carry(name, from: source, to: target) }
      try await cluster.endMove(slot, to: target)
      #expect(try await fleet.get(names) == names.map { _ in [1] })
      #expect(fleet.owner(of: slot)?.configuration.endpoint == target.endpoint)
    }
  }

  @Test func `names that are half moved are asked for again until they are together`() async throws
  {
    let cluster = try await RedisCluster.start()
    defer { cluster.stop() }
    try await withFleet(cluster.url) { fleet in
      let names = (0..<2).map { Array("{pair}:\($0)".utf8) }
      for name in names { try await fleet.put(name, [1]) }
      let slot = fleet.slot(of: names[0])
      let source = try await cluster.holder(of: slot)
      let target = try #require(cluster.primaries.first { $0 !== source })
      try await cluster.beginMove(slot, from: source, to: target)
      try await cluster.carry(names[0], from: source, to: target)
      // One command for both: TRYAGAIN at the target, until the other one has arrived.
      async let values = fleet.send(slot: slot, .reading) { writer, _ in
        writer.command("MGET", names[0], names[1])
      } read: { _ in
        { (frame) throws(RESPClientError) in
          try frame.readArray { (value) throws(RESPClientError) in try value.readOptionalBytes() }
        }
      }
      try await cluster.carry(names[1], from: source, to: target)
      #expect(try await values == [[1], [1]])
    }
  }

  @Test func `scripts run where their names are, and are loaded there when they are unknown`()
    async throws
  {
    let cluster = try await RedisCluster.start()
    defer { cluster.stop() }
    let script = RESPScript("return redis.call('INCR', KEYS[1])")
    try await withFleet(cluster.url) { fleet in
      for round in 1...2 {
        for number in 0..<30 {
          let name = Array("counter:\(number)".utf8)
          let count = try await fleet.run(script, slot: fleet.slot(of: name), keys: [name]) { _ in
            { (frame) throws(RESPClientError) in try frame.readInteger() }
          }
          #expect(count == Int64(round))
        }
        for server in cluster.primaries { try await server.command("SCRIPT", "FLUSH") }
      }
    }
  }

  @Test func `a copy that takes over is found, and one that is asked meanwhile answers reads`()
    async throws
  {
    let cluster = try await RedisCluster.start(replicas: 1, timeout: 2_000)
    defer { cluster.stop() }
    try await withFleet(cluster.url, readsReplicas: true) { fleet in
      let name = Array("name".utf8)
      try await fleet.put(name, [1])
      let slot = fleet.slot(of: name)
      let source = try await cluster.holder(of: slot)
      try await source.command("WAIT", "1", "10000")
      source.stop()
      // The copy answers before it has taken over.
      try await eventually { try await fleet.fetch(name) == [1] }
      try await eventually {
        try await fleet.put(name, [2])
        return true
      }
      #expect(try await fleet.fetch(name) == [2])
      #expect(fleet.owner(of: slot)?.configuration.endpoint != source.endpoint)
    }
  }

  @Test func `messages of a shard channel go on when its slot has moved`() async throws {
    let cluster = try await RedisCluster.start()
    defer { cluster.stop() }
    try await withFleet(cluster.url) { fleet in
      let channel = Array("news".utf8)
      let slot = fleet.slot(of: channel)
      let events = Record<RESPSubscription.Event>()
      let subscription = fleet.subscription(to: channel) { events.add($0) }
      subscription.start()
      await events.wait { $0 == [.subscribed] }
      try await fleet.publish([1], to: channel)
      let first = RESPSubscription.Event.message(channel: channel, payload: [1])
      await events.wait { $0 == [.subscribed, first] }
      let source = try await cluster.holder(of: slot)
      let target = try #require(cluster.primaries.first { $0 !== source })
      try await cluster.beginMove(slot, from: source, to: target)
      try await cluster.endMove(slot, to: target)
      await events.wait { $0.starts(with: [.subscribed, first, .lost, .subscribed]) }
      try await fleet.publish([2], to: channel)
      await events.wait { $0.last == .message(channel: channel, payload: [2]) }
      await subscription.close()
    }
  }

  @Test func `seeds of which all but one are gone suffice, and none is an error in time`()
    async throws
  {
    let cluster = try await RedisCluster.start(primaries: 1)
    defer { cluster.stop() }
    let gone = try ServerProcess.freePort()
    let port = cluster.primaries[0].port
    try await withFleet("redis+cluster://127.0.0.1:\(gone),127.0.0.1:\(port)") { fleet in
      try await fleet.put([1], [1])
      #expect(try await fleet.fetch([1]) == [1])
    }
    try await withFleet("redis+cluster://127.0.0.1:\(gone)", patience: .milliseconds(300)) {
      fleet in
      _ = await #expect(throws: RESPClientError.self) { try await fleet.fetch([1]) }
    }
  }

  private func sizes(_ cluster: RedisCluster) async throws -> [Int64] {
    var sizes: [Int64] = []
    for server in cluster.primaries {
      sizes.append(try await server.command("DBSIZE").integer ?? 0)
    }
    return sizes
  }
}
