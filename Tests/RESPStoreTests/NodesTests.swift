// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESPStore
import RedisServer
import StrataCore
import StrataTesting
import Testing

@Suite("Locks, marks and messages between two nodes")
struct NodesTests {
  @Test func `a lock is one node's, for its lifetime, and is given back by its token`() async throws
  {
    try await withTwo { world, one, two, _ in
      let lock = world.key("users:1")
      let mine = LockToken(random: world.runtime.random)
      let yours = LockToken(random: world.runtime.random)
      #expect(try await one.acquire(lock, token: mine, for: .seconds(60)))
      #expect(try await one.acquire(lock, token: mine, for: .seconds(60)), "repeated")
      #expect(try await !two.acquire(lock, token: yours, for: .seconds(60)))
      #expect(try await !two.extend(lock, token: yours, for: .seconds(60)))
      #expect(try await !two.release(lock, token: yours))
      #expect(try await one.extend(lock, token: mine, for: .milliseconds(20)))
      try await world.runtime.clock.sleep(for: .milliseconds(40))
      #expect(try await two.acquire(lock, token: yours, for: .seconds(60)))
      #expect(try await !one.extend(lock, token: mine, for: .seconds(60)))
      #expect(try await !one.release(lock, token: mine))
      #expect(try await two.release(lock, token: yours))
      #expect(try await one.acquire(lock, token: mine, for: .seconds(60)))
    }
  }

  @Test func `of fifty callers one gets the lock`() async throws {
    try await withTwo { world, one, two, _ in
      let lock = world.key("users:1")
      let winners = await withTaskGroup(of: Bool.self) { group in
        for index in 0..<50 {
          let node = index % 2 == 0 ? one : two
          let token = LockToken(random: world.runtime.random)
          group.addTask {
            (try? await node.acquire(lock, token: token, for: .seconds(60))) ?? false
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(winners == 1)
    }
  }

  @Test func `a mark is newer than what was stored before and older than what comes after`()
    async throws
  {
    try await withTwo { world, one, two, _ in
      let marks = [
        InvalidationMark(namespace: "users", tag: "red"), InvalidationMark(namespace: "users"),
        InvalidationMark(namespace: "users", tag: "all"),
      ]
      #expect(try await two.versions(of: marks) == [nil, nil, nil])
      guard case .stored(let before) = try await one.set(.one(world.write("users:1", "a")))[0]
      else {
        Issue.record("not stored")
        return
      }
      let fill = try await two.get(.one(world.key("users:2")))[0].fill
      let version = try await two.mark([marks[0]], for: .seconds(60))
      #expect(before.isOlder(than: version))
      #expect(fill.isOlder(than: version))
      guard case .stored(let after) = try await one.set(.one(world.write("users:1", "b")))[0]
      else {
        Issue.record("not stored")
        return
      }
      #expect(version.isOlder(than: after))
      #expect(try await one.versions(of: marks) == [version, nil, nil])
      let both = try await one.mark(marks, for: .seconds(60))
      #expect(version.isOlder(than: both))
      #expect(try await two.versions(of: marks) == [both, both, both])
    }
  }

  @Test func `messages reach both nodes, and a loss is told to both`() async throws {
    try await withTwo { world, one, two, server in
      let (first, second) = (Record<TransportEvent>(), Record<TransportEvent>())
      let subscriptions = [
        one.subscribe(to: "users") { first.add($0) }, two.subscribe(to: "users") { second.add($0) },
      ]
      for record in [first, second] { await record.wait { $0 == [.subscribed] } }
      try await one.publish([1, 2, 3], on: "users")
      try await two.publish([], on: "others")
      try await two.publish([], on: "users")
      let expected: [TransportEvent] = [.subscribed, .message([1, 2, 3]), .message([])]
      for record in [first, second] { await record.wait { $0 == expected } }
      try await server.restart()
      for record in [first, second] { await record.wait { $0 == expected + [.lost, .subscribed] } }
      for subscription in subscriptions { subscription.cancel() }
    }
  }

  private func withTwo(
    _ body: (World, RESPStore, RESPStore, RedisServer) async throws -> Void
  ) async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let options = ["url": server.url]
    let (one, two) = (try world.store(options), try world.store(options))
    try await one.open()
    try await two.open()
    try await body(world, one, two, server)
    await one.close()
    await two.close()
  }
}
