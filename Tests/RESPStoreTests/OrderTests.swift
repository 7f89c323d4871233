// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESPStore
import RedisServer
import StrataCore
import StrataTesting
import Testing

@Suite("Two nodes on one server never bring an old value back")
struct OrderTests {
  @Test func `a fill is refused after another node wrote, removed or cleared`() async throws {
    try await withTwo { world, one, two in
      let changes: [(String, @Sendable () async throws -> Void)] = [
        ("write", { _ = try await two.set(.one(world.write("users:1", "new"))) }),
        ("removal", { _ = try await two.remove(.one(world.key("users:1"))) }),
        ("clear", { try await two.clear("users") }),
        (
          "short write",
          {
            _ = try await two.set(.one(world.write("users:1", "new", for: .milliseconds(1))))
          }
        ),
      ]
      for (name, change) in changes {
        for isHit in [false, true] {
          try await two.clear("users")
          if isHit { _ = try await two.set(.one(world.write("users:1", "first"))) }
          let read = try await one.get(.one(world.key("users:1")))[0]
          #expect((read.content != nil) == isHit)
          try await change()
          let fill = world.write("users:1", "old", version: try read.fill)
          let written = try await one.set(.one(fill))[0]
          #expect(written == .refused(.older), "\(name), \(isHit ? "hit" : "miss")")
          #expect(try await one.get(.one(world.key("users:1")))[0].text != "old")
        }
      }
    }
  }

  @Test func `what expired is remembered for as long as a load may take`() async throws {
    try await withTwo { world, one, two in
      let read = try await one.get(.one(world.key("users:1")))[0]
      _ = try await two.set(.one(world.write("users:1", "new", for: .milliseconds(20))))
      try await world.runtime.clock.sleep(for: .milliseconds(40))
      let found = try await one.get(.one(world.key("users:1")))[0]
      #expect(found.text == nil && found.missReason == .expired)
      let late = world.write("users:1", "old", version: try read.fill)
      #expect(try await one.set(.one(late))[0] == .refused(.older))
      let good = world.write("users:1", "loaded", version: try found.fill)
      #expect(try await one.set(.one(good))[0] == .stored(try found.fill))
    }
  }

  @Test func `a fill from before a restart is refused, whatever the server has forgotten`()
    async throws
  {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let one = try world.store(["url": server.url])
    let two = try world.store(["url": server.url])
    try await one.open()
    try await two.open()
    let read = try await one.get(.one(world.key("users:1")))[0]
    _ = try await two.remove(.one(world.key("users:1")))
    try await server.restart()
    while (try? await one.get(.one(world.key("users:1")))) == nil { await Task.yield() }
    let late = world.write("users:1", "old", version: try read.fill)
    #expect(try await one.set(.one(late))[0] == .refused(.older))
    await one.close()
    await two.close()
  }

  @Test func `a fill that claims to be of the future is refused`() async throws {
    try await withTwo { world, one, two in
      let fill = try await one.get(.one(world.key("users:1")))[0].fill
      let ahead = Version(issuer: fill.issuer, number: fill.number + 60_000_000)
      let early = world.write("users:1", "old", version: ahead)
      #expect(try await one.set(.one(early))[0] == .refused(.older))
      _ = try await two.set(.one(world.write("users:1", "new")))
      #expect(try await one.get(.one(world.key("users:1")))[0].text == "new")
    }
  }

  @Test func `a load that outlasts its lease is not stored`() async throws {
    try await withTwo(["lease": "1s"]) { world, one, _ in
      let read = try await one.get(.one(world.key("users:1")))[0]
      try await world.runtime.clock.sleep(for: .milliseconds(1200))
      let late = world.write("users:1", "old", version: try read.fill)
      #expect(try await one.set(.one(late))[0] == .refused(.older))
    }
  }

  @Test func `a rewrite replaces the version it was made of and no other`() async throws {
    try await withTwo { world, one, two in
      guard case .stored(let first) = try await one.set(.one(world.write("users:1", "1")))[0]
      else {
        Issue.record("not stored")
        return
      }
      let issued = try await one.issue(for: .one(world.key("users:1")))[0]
      var rewrite = world.write("users:1", "1 again", version: issued)
      rewrite.replaces = first
      #expect(try await one.set(.one(rewrite))[0] == .stored(try #require(issued)))
      let next = try await one.issue(for: .one(world.key("users:1")))[0]
      var stale = world.write("users:1", "1 at last", version: next)
      stale.replaces = first
      #expect(try await two.set(.one(stale))[0] == .refused(.older))
      #expect(try await two.get(.one(world.key("users:1")))[0].text == "1 again")
    }
  }

  @Test func `random changes by two nodes keep versions growing and values whole`() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    try await withTwo { world, one, two in
      let random = SeededRandom(seed: seed)
      var newest: [Int: Version] = [:]
      for step in 0..<600 {
        let (node, number) = (random.below(2) == 0 ? one : two, Int(random.below(4)))
        let key = "users:\(number)"
        let read = try await node.get(.one(world.key(key)))[0]
        if let text = read.text { #expect(text.hasPrefix("\(number)/"), "seed \(seed)") }
        if let version = read.version, let known = newest[number] {
          #expect(!version.isOlder(than: known), "seed \(seed), step \(step)")
        }
        switch random.below(4) {
        case 0:
          let written = try await node.set(.one(world.write(key, "\(number)/\(step)")))[0]
          if case .stored(let version) = written { newest[number] = version }
        case 1: newest[number] = try await node.remove(.one(world.key(key)))[0]
        case 2:
          let fill = world.write(key, "\(number)/\(step)", version: read.fillVersion)
          let written = try await node.set(.one(fill))[0]
          #expect(written == read.fillVersion.map { .stored($0) }, "seed \(seed), step \(step)")
          if case .stored(let version) = written { newest[number] = version }
        default: break
        }
      }
    }
  }

  private func withTwo(
    _ options: [String: String] = [:], _ body: (World, RESPStore, RESPStore) async throws -> Void
  ) async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let all = options.merging(["url": server.url]) { $1 }
    let (one, two) = (try world.store(all), try world.store(all))
    try await one.open()
    try await two.open()
    try await body(world, one, two)
    await one.close()
    await two.close()
  }
}
