// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESPStore
import RedisServer
import StrataCore
import StrataTesting
import Testing

@Suite("The store on several servers", .serialized)
struct FleetStoreTests {
  @Test func `every rule holds on a cluster`() async throws {
    let cluster = try await RedisCluster.start()
    defer { cluster.stop() }
    try await check(cluster.url)
  }

  @Test func `every rule holds on independent servers`() async throws {
    let servers = [try await RedisServer.start(), try await RedisServer.start()]
    defer { for server in servers { server.stop() } }
    try await check(
      "redis+ring://" + servers.map { "127.0.0.1:\($0.port)" }.joined(separator: ","))
  }

  @Test func `every rule holds behind sentinels`() async throws {
    let servers = try await RedisSentinels.start()
    defer { servers.stop() }
    try await check(servers.url)
  }

  private func check(_ url: String) async throws {
    let world = World()
    let findings = await checkStore(on: world.runtime) { runtime in
      try RESPStore(
        options: StoreOptions(name: "redis", block: .written(["url": url, "timeout": "10s"])),
        runtime: runtime)
    }
    #expect(findings == [])
  }

  @Test func `batches, scans, clears and marks reach every server of a cluster`() async throws {
    let cluster = try await RedisCluster.start()
    defer { cluster.stop() }
    let world = World()
    let store = try world.store(["url": cluster.url, "timeout": "10s"])
    try await store.open()
    let writes = (0..<200).map { world.write("users:\($0)", "v\($0)") }
    _ = try await store.set(.many(writes + [world.write("others:1", "other")]))
    let found = try await store.get(.many(writes.map(\.key)))
    #expect(found.map(\.text) == (0..<200).map { "v\($0)" })
    var (place, keys) = (ScanCursor.start as ScanCursor?, Set<CacheKey>())
    while let cursor = place {
      let page = try await store.scan(
        KeyPattern("users:*"), from: cursor, limit: 20)
      keys.formUnion(page.keys)
      place = page.next
    }
    #expect(keys == Set(writes.map(\.key)))

    let marks = (0..<20).map { InvalidationMark(namespace: "users", tag: Tag("t\($0)")) }
    let version = try await store.mark(marks, for: .seconds(60))
    for stored in try await store.versions(of: marks) {
      for read in found {
        let stored = try #require(stored)
        #expect(try #require(read.version).isOlder(than: stored))
        #expect(!version.isOlder(than: stored))
      }
    }

    let before = try await store.get(.many([world.key("users:new"), writes[0].key]))
    try await store.clear("users")
    let after = try await store.get(.many(writes.map(\.key)))
    #expect(after.allSatisfy { $0.content == nil })
    #expect(try await store.get(.one(world.key("others:1")))[0].text == "other")
    let late = before.indices.map { index in
      world.write(["users:new", "users:0"][index], "late", version: before[index].fillVersion)
    }
    #expect(try await store.set(.many(late)).map { $0 } == [.refused(.older), .refused(.older)])
    await store.close()
  }

  @Test func `a fill of a load that began before its slot moved is refused`() async throws {
    let cluster = try await RedisCluster.start()
    defer { cluster.stop() }
    let world = World()
    let store = try world.store(["url": cluster.url, "timeout": "10s"])
    try await store.open()
    let key = world.key("users:1")
    let slot = try await cluster.slot(of: "strata:users:1")
    let source = try await cluster.holder(of: slot)
    let target = try #require(cluster.primaries.first { $0 !== source })
    let early = try await store.get(.one(key))[0]
    try await cluster.beginMove(slot, from: source, to: target)
    #expect(try await store.get(.one(key))[0].fillVersion == nil, "half-way there is no order")
    #expect(
      try await store.set(
        .one(world.write("users:1", "late", version: try early.fill)))[0] == .refused(.older))
    try await cluster.endMove(slot, to: target)
    #expect(
      try await store.set(
        .one(world.write("users:1", "late", version: try early.fill)))[0] == .refused(.older))
    #expect(try await store.get(.one(key))[0].text == nil)
    try await eventually {
      let read = try await store.get(.one(key))[0]
      guard let version = read.fillVersion else { return false }
      let written = try await store.set(
        .one(world.write("users:1", "good", version: version)))[0]
      return written == .stored(version)
    }
    #expect(try await store.get(.one(key))[0].text == "good")
    await store.close()
  }

  @Test func `of independent servers one that is gone makes misses of its own keys`() async throws {
    let servers = [try await RedisServer.start(), try await RedisServer.start()]
    defer { for server in servers { server.stop() } }
    let world = World()
    let url = "redis+ring://" + servers.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
    let store = try world.store(["url": url])
    try await store.open()
    let writes = (0..<50).map { world.write("users:\($0)", "v\($0)") }
    _ = try await store.set(.many(writes))
    servers[0].stop()
    try await eventually {
      let texts = try await store.get(.many(writes.map(\.key))).map(\.text)
      return texts.contains("v0") != texts.contains(nil) || Set(texts).count > 2
    }
    let reads = try await store.get(.many(writes.map(\.key)))
    let there = reads.indices.filter { reads[$0].text == "v\($0)" }.count
    let missing = reads.filter { $0.content == nil && $0.missReason == .unavailable }.count
    #expect(there > 0 && missing > 0 && there + missing == 50)
    await store.close()
  }

  @Test func `messages reach both nodes through a cluster and through sentinels`() async throws {
    let cluster = try await RedisCluster.start()
    defer { cluster.stop() }
    let servers = try await RedisSentinels.start()
    defer { servers.stop() }
    for url in [cluster.url, servers.url] {
      let world = World()
      let (one, two) = (try world.store(["url": url]), try world.store(["url": url]))
      try await one.open()
      try await two.open()
      let (first, second) = (Record<TransportEvent>(), Record<TransportEvent>())
      let subscriptions = [
        one.subscribe(to: "users") { first.add($0) }, two.subscribe(to: "users") { second.add($0) },
      ]
      for record in [first, second] { await record.wait { $0 == [.subscribed] } }
      try await eventually {
        try await one.publish([1, 2, 3], on: "users")
        return true
      }
      for record in [first, second] { await record.wait { $0.last == .message([1, 2, 3]) } }
      for subscription in subscriptions { subscription.cancel() }
      await one.close()
      await two.close()
    }
  }
}
