// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESPStore
import RedisServer
import Strata
import StrataConfig
import StrataCore
import StrataNetwork
import StrataTesting
import TestSupport
import Testing

@Suite("Other ways for nodes to learn of changes", .serialized, .timeLimit(.minutes(3)))
struct TransportTests {
  @Test func `messages of a stream that were sent while the connection was lost come after all`()
    async throws
  {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    defer { world.network.shutDown() }
    let options = ["url": server.url, "messages": "stream", "timeout": "10s"]
    let (one, two) = (try world.store(options), try world.store(options))
    try await one.open()
    try await two.open()
    let events = Record<TransportEvent>()
    let subscription = two.subscribe(to: "users") { events.add($0) }
    await events.wait { $0 == [.subscribed] }
    try await one.publish([1], on: "users")
    await events.wait { $0 == [.subscribed, .message([1])] }
    for round in UInt8(2)...6 {
      // Everybody but the publisher loses the connection, and a message is sent before it is back.
      try await server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
      try await eventually {
        try await one.publish([round], on: "users")
        return true
      }
      await events.wait { $0.last == .message([round]) }
    }
    let told = events.all.compactMap { if case .message(let bytes) = $0 { bytes[0] } else { nil } }
    #expect(Array(Set(told)).sorted() == [1, 2, 3, 4, 5, 6])
    let losses = events.all.filter { $0 == .lost }.count
    #expect(losses >= 1 && events.all.filter { $0 == .subscribed }.count == losses + 1)
    subscription.cancel()
    await one.close()
    await two.close()
  }

  @Test(arguments: ["broadcast", "reading"])
  func `a server tells what others change, and not what this node does`(mode: String) async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    defer { world.network.shutDown() }
    let options = ["url": server.url, "tracking": mode, "timeout": "10s"]
    let (one, two) = (try world.store(options), try world.store(options))
    try await one.open()
    try await two.open()
    let changes = Record<StoreChange>()
    let watch = one.watch("users") { changes.add($0) }
    try await eventually {
      try await one.checkWatch()
      return true
    }
    await changes.wait { $0 == [.watching] }
    let key = world.key("users:1")
    guard case .stored(let mine) = try await one.set(.one(world.write("users:1", "mine")))[0]
    else {
      Issue.record("not stored")
      return
    }
    _ = try await one.get(.one(key))
    _ = try await two.set(.one(world.write("others:1", "x")))
    guard case .stored(let theirs) = try await two.set(.one(world.write("users:1", "theirs")))[0]
    else {
      Issue.record("not stored")
      return
    }
    // Of the node's own change at most its version is told.
    let bytes = Array("users:1".utf8)
    let told = StoreChange.changed([ChangedKey(bytes, version: theirs)])
    await changes.wait { $0.last == told }
    let own = StoreChange.changed([ChangedKey(bytes, version: mine)])
    #expect(changes.all.allSatisfy { $0 == .watching || $0 == own || $0 == told })
    // Written here, so the server has forgotten that it was read; it is told all the same.
    _ = try await one.set(.one(world.write("users:1", "mine")))
    try await eventually { try await one.get(.one(key))[0].text == "mine" }
    let removed = try #require(try await two.remove(.one(key))[0])
    await changes.wait { $0.last == .changed([ChangedKey(bytes, version: removed)]) }
    let mark = InvalidationMark(namespace: "users", tag: "red")
    _ = try await one.versions(of: [mark])
    _ = try await two.mark([mark], for: .seconds(60))
    await changes.wait { $0.last == .invalidated("red") }
    try await server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    await changes.wait { $0.last == .lost }
    try await eventually {
      try await one.checkWatch()
      return true
    }
    await changes.wait { $0.last == .watching }
    watch.cancel()
    await one.close()
    await two.close()
  }

  @Test(arguments: [
    ("messages: stream", "messages"), ("tracking: broadcast", "changes"),
    ("tracking: reading", "changes"), ("messages: pub-sub", "messages"),
  ])
  func `two nodes keep each other right through the end of their server`(
    option: String, way: String
  ) async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    defer { world.network.shutDown() }
    let yaml = """
      version: 1
      stores:
        memory: { kind: memory, entries: 1000 }
        redis: { kind: resp, url: "\(server.url)", \(option) }
      caches:
        users:
          ttl: 1h
          pipeline:
            - local: { store: memory }
            - coherence: { store: redis, by: \(way), heartbeat: 100ms, silence: 500ms }
            - remote: { store: redis }
      """
    var nodes: [Strata] = []
    for _ in 0..<2 {
      nodes.append(
        try await Strata(
          plan: try Shop.plan(yaml), registry: try Shop.registry, runtime: world.runtime))
    }
    let caches: [Cache<Int, User>] = try nodes.map { try $0.cache("users") }
    let truth = Record<String>()
    for round in 0..<6 {
      if round == 3 { try await server.restart() }
      let name = "n\(round)"
      truth.add(name)
      try await eventually {
        try await caches[round % 2].remove(1)
        return true
      }
      // The other node, which had the old value in its memory, comes to the new one by itself.
      for cache in caches {
        try await eventually {
          let user = try await cache.value(for: 1) {
            User(id: 1, name: truth.all.last ?? "")
          }
          return user.name == name
        }
      }
    }
    for node in nodes { await node.shutdown() }
  }
}
