// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import RESPStore
import RedisServer
import StrataCore
import StrataTesting
import Testing

@Suite("Round trips and what lies on the server")
struct RoundTripTests {
  @Test func `a hit takes one command, a miss with its fill two, a hundred keys one`() async throws
  {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let store = try world.store(["url": server.url])
    try await store.open()
    let keys = (0..<100).map { world.key("users:\($0)") }

    let before = try await server.counts()
    let miss = try await store.get(.one(keys[0]))[0]
    let fill = world.write("users:0", "a", version: miss.fillVersion)
    #expect(try await store.set(.one(fill))[0] == .stored(try miss.fill))
    let afterMiss = try await server.counts()
    #expect(Self.between(before, afterMiss, "get", at: .top) == 1)
    #expect(Self.between(before, afterMiss, "evalsha") == 1)

    #expect(try await store.get(.one(keys[0]))[0].text == "a")
    let afterHit = try await server.counts()
    #expect(Self.between(afterMiss, afterHit, "get") == 1)
    #expect(Self.between(afterMiss, afterHit, "evalsha") == 0)

    #expect(try await store.get(.many(keys)).count == 100)
    let afterMany = try await server.counts()
    #expect(Self.between(afterHit, afterMany, "mget") == 1)
    #expect(Self.between(afterHit, afterMany, "get") == 0)
    #expect(Self.between(before, afterMany, "keys") == 0)
    await store.close()
  }

  @Test func `a hundred writes and a hundred removals are one round trip each`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let proxy = try await Counting.start(server)
    let world = World()
    let store = try world.store(["url": proxy.url])
    try await store.open()
    let writes = (0..<100).map { world.write("users:\($0)", "v\($0)") }
    try await proxy.expect(turns: 1) { _ = try await store.set(.many(writes)) }
    try await proxy.expect(turns: 1) { _ = try await store.get(.many(writes.map(\.key))) }
    try await proxy.expect(turns: 1) { _ = try await store.remove(.many(writes.map(\.key))) }
    await store.close()
  }

  @Test func `what lies there is as documented`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let store = try world.store(["url": server.url, "prefix": "shop", "lease": "30s"])
    try await store.open()
    _ = try await store.set(.one(world.write("users:1", "payload", for: .seconds(300))))
    let record = try await server.command("GET", "shop:users:1").string ?? ""
    #expect(record.count == 32 + 7 && record.hasSuffix("payload"))
    let isNumeric = record.prefix(32).allSatisfy(\.isNumber)
    #expect(isNumeric)
    let life = try await server.command("PTTL", "shop:users:1").integer ?? 0
    #expect(life > 290_000 && life <= 300_000)

    _ = try await store.remove(.one(world.key("users:1")))
    #expect(try await server.command("STRLEN", "shop:users:1").integer == 16)
    let tombstone = try await server.command("PTTL", "shop:users:1").integer ?? 0
    #expect(tombstone > 20_000 && tombstone <= 30_000)

    try await store.clear("users")
    #expect(try await server.command("EXISTS", "shop:users:1").integer == 0)
    #expect(try await server.command("STRLEN", "shop!clear:users").integer == 16)
    await store.close()
  }

  @Test func `what others left under our names is a miss and is replaced`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let store = try world.store(["url": server.url])
    try await store.open()
    for junk in [
      "", "x", "0x00000000000001", "9999999999999999", "999999999999999999999999999999999",
    ] {
      try await server.command("SET", "strata:users:1", junk)
      let read = try await store.get(.one(world.key("users:1")))[0]
      #expect(read.content == nil, "\(junk)")
      let written = try await store.set(.one(world.write("users:1", "good")))[0]
      guard case .stored = written else {
        Issue.record("\(junk): \(written)")
        continue
      }
      #expect(try await store.get(.one(world.key("users:1")))[0].text == "good")
    }
    await store.close()
  }

  @Test func `a pattern in a namespace clears that namespace only`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let store = try world.store(["url": server.url])
    try await store.open()
    let names = ["a*", "ab", "a?", "[ab]", "a\\"]
    for name in names { _ = try await store.set(.one(world.write("\(name):1", name))) }
    for (index, name) in names.enumerated() {
      try await store.clear(name)
      for other in names[(index + 1)...] {
        #expect(try await store.get(.one(world.key("\(other):1")))[0].text == other)
      }
      #expect(try await store.get(.one(world.key("\(name):1")))[0].text == nil)
    }
    await store.close()
  }

  @Test func `what is too large or already over is not kept`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let store = try world.store(["url": server.url, "max-value": "1KiB"])
    try await store.open()
    let large = String(repeating: "x", count: 1025)
    #expect(try await store.set(.one(world.write("users:1", large)))[0] == .refused(.tooLarge))
    _ = try await store.set(.one(world.write("users:1", "old")))
    _ = try await store.set(.one(world.write("users:1", "late", for: .zero)))
    #expect(try await store.get(.one(world.key("users:1")))[0].text == nil)
    let forever = StoreWrite(
      key: world.key("users:2"), content: .sealed([1]), expiresAt: .distantFuture, version: nil,
      lease: nil)
    _ = try await store.set(.one(forever))
    #expect(try await store.get(.one(forever.key))[0].content != nil)
    await store.close()
  }

  private enum Level { case top, all }

  /// The calls of a command between two counts. A `GET` within a script counts too; there is one in
  /// each fill, for the mark of the last clear.
  private static func between(
    _ before: [String: Int], _ after: [String: Int], _ name: String, at level: Level = .all
  ) -> Int {
    let all = (after[name] ?? 0) - (before[name] ?? 0)
    return level == .top ? all - ((after["evalsha"] ?? 0) - (before["evalsha"] ?? 0)) : all
  }
}
