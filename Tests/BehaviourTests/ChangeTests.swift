// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Strata
import StrataTesting
import TestSupport
import Testing

@Suite("Refreshes and changes, as other libraries test them")
struct ChangeTests {
  static let eager = [Stand.local, "refresh-ahead: { at: 20% }", "stampede-guard"]
  static let plain = ["fail-safe: { throttle: 1ms }", Stand.local, "stampede-guard"]

  // MARK: Eager refresh

  @Test func `past a fifth of its time the old value is returned and the new one soon there`()
    throws
  {
    try stand(1, "ttl: 2s", Self.eager) { stand in
      _ = try await stand.user(1)
      stand.source.publish()
      try await stand.world.sleep(for: .milliseconds(450))
      #expect(try await stand.user(1).name == "1")
      try await stand.world.sleep(for: .milliseconds(250))
      #expect(stand.users.cached(1)?.name == "2")
      #expect(stand.source.loads == 2)
    }
  }

  @Test func `an entry without end is refreshed never`() throws {
    try stand(2, "ttl: 2s", Self.eager) { stand in
      var options = RequestOptions()
      options.ttl = .seconds(Int64.max)
      let given = options
      let read: @Sendable () async throws -> User = {
        try await stand.users.value(for: 1, options: given) { _ in
          try await stand.source.user(1)
        }
      }
      _ = try await read()
      for _ in 0..<10 {
        try await stand.world.sleep(for: .seconds(1_000_000))
        _ = try await read()
      }
      #expect(stand.source.loads == 1)
    }
  }

  @Test func `a normal load waits for the refresh that is under way`() throws {
    try stand(3, "ttl: 2s", Self.eager) { stand in
      _ = try await stand.user(1)
      stand.source.publish()
      stand.source.take(.seconds(3))
      try await stand.world.sleep(for: .milliseconds(500))
      _ = try await stand.user(1)
      try await stand.world.sleep(for: .seconds(2))
      #expect(try await stand.user(1).name == "2")
      #expect(stand.source.loads == 2)
    }
  }

  @Test func `a refresh keeps the tags that its load sets`() throws {
    try stand(4, "ttl: 2s", Self.eager) { stand in
      let read: @Sendable (String) async throws -> User = { name in
        try await stand.users.value(for: 1) { context in
          context.tags = [.init(name)]
          return User(id: 1, name: name)
        }
      }
      _ = try await read("a")
      try await stand.world.sleep(for: .milliseconds(500))
      _ = try await read("b")
      try await stand.world.sleep(for: .milliseconds(100))
      #expect(stand.users.cached(1)?.name == "b")
      try await stand.users.invalidate(tags: "a")
      #expect(try await stand.users.get(1)?.name == "b")
      try await stand.users.invalidate(tags: "b")
      #expect(try await stand.users.get(1) == nil)
    }
  }

  @Test func `a refresh and a tag invalidation during it leave nothing old`() throws {
    try stand(5, "ttl: 2s", Self.eager) { stand in
      let read: @Sendable () async throws -> User = {
        try await stand.users.value(for: 1) { context in
          context.tags = ["t"]
          return try await stand.source.user(1)
        }
      }
      _ = try await read()
      stand.source.take(.milliseconds(300))
      try await stand.world.sleep(for: .milliseconds(500))
      _ = try await read()
      try await stand.world.sleep(for: .milliseconds(100))
      stand.source.publish()
      try await stand.users.invalidate(tags: "t")
      try await stand.world.sleep(for: .milliseconds(300))
      #expect(stand.users.cached(1) == nil)
      #expect(try await read().name == "2")
    }
  }

  // MARK: Expire, remove, clear

  @Test func `what was expired is a fallback, what was removed is gone`() throws {
    try stand(6, Self.plain) { stand in
      _ = try await stand.user(1)
      _ = try await stand.user(2)
      try await stand.users.expire(1)
      try await stand.users.remove(2)
      #expect(try await stand.users.get(1) == nil)
      #expect(try await stand.users.get(2) == nil)
      stand.source.fail()
      #expect(try await stand.reply(1).isStale)
      await #expect(throws: Source.Down()) { try await stand.user(2) }
    }
  }

  @Test func `expiring or removing what is not there is nothing`() throws {
    try stand(7, Self.plain) { stand in
      try await stand.users.expire(1)
      try await stand.users.remove(1)
      try await stand.users.touch(1, ttl: .seconds(5))
      try await stand.users.invalidate(tags: "nobody")
      #expect(try await stand.users.get(1) == nil)
    }
  }

  @Test func `tags: several on one entry, one on several, changed by a write`() throws {
    try stand(8, Self.plain) { stand in
      let users = stand.users
      func set(_ id: Int, _ tags: String...) async throws {
        var options = RequestOptions()
        options.tags = tags.map { .init($0) }
        try await users.set(id, User(id: id, name: ""), options: options)
      }
      func left() async throws -> [Int] {
        try await users.getMany([1, 2, 3]).compactMap { $0?.id }
      }
      try await set(1, "x", "y")
      try await set(2, "y", "z")
      try await set(3, "x", "z")
      try await users.invalidate(tags: "y")
      #expect(try await left() == [3])
      try await set(1, "y")
      try await set(2, "q")
      try await users.invalidate(tags: "y")
      #expect(try await left() == [2, 3])
      try await users.invalidate(tags: "z", "q")
      #expect(try await left() == [])
    }
  }

  @Test func `clear forgets all, and what is written after it is there`() throws {
    try stand(9, Self.plain) { stand in
      for id in 1...50 { _ = try await stand.user(id) }
      try await stand.users.clear()
      #expect((1...50).allSatisfy { stand.users.cached($0) == nil })
      try await stand.users.set(7, User(id: 7, name: "new"))
      #expect(stand.users.cached(7)?.name == "new")
      stand.source.fail()
      // Cleared is not expired: there is no fallback.
      await #expect(throws: Source.Down()) { try await stand.user(1) }
    }
  }

  @Test func `a removal during a load keeps its value out`() throws {
    try stand(10, Self.plain) { stand in
      let early = stand.world.spawn { _ = try? await stand.user(1) }
      try await stand.world.sleep(for: .milliseconds(5))
      stand.source.publish()
      try await stand.users.remove(1)
      await early.wait()
      #expect(stand.users.cached(1) == nil)
      #expect(try await stand.user(1).name == "2")
    }
  }

  @Test func `an expiry during a load keeps its value out`() throws {
    try stand(11, Self.plain) { stand in
      let early = stand.world.spawn { _ = try? await stand.user(1) }
      try await stand.world.sleep(for: .milliseconds(5))
      stand.source.publish()
      try await stand.users.expire(1)
      await early.wait()
      #expect(try await stand.user(1).name == "2")
    }
  }

  @Test func `a write during a load wins over it`() throws {
    try stand(12, Self.plain) { stand in
      let early = stand.world.spawn { _ = try? await stand.user(1) }
      try await stand.world.sleep(for: .milliseconds(5))
      try await stand.users.set(1, User(id: 1, name: "written"))
      await early.wait()
      #expect(stand.users.cached(1)?.name == "written")
    }
  }

  // MARK: Stampede

  @Test(arguments: [10, 100, 1000])
  func `many callers of one cold key load it once`(callers: Int) throws {
    try stand(UInt64(callers), Self.plain) { stand in
      let names = Lock<[String]>([])
      let calls = (0..<callers).map { _ in
        stand.world.spawn {
          let name = try? await stand.user(1).name
          names.withLock { $0.append(name ?? "") }
        }
      }
      for call in calls { await call.wait() }
      #expect(stand.source.loads == 1)
      #expect(names.withLock { $0 } == Array(repeating: "1", count: callers))
    }
  }

  @Test func `ten thousand callers of a cold key load it once, through every kind of stage`() throws
  {
    let stages = [
      "metrics", "audit: { per-second: 1 }", "fail-safe: { soft-timeout: 50ms, hard-timeout: 2s }",
      "loader-limits", Stand.local, "refresh-ahead", "stale-while-revalidate", "ttl-jitter",
      "negative: { errors: 1s }", "stampede-guard", "circuit-breaker", Stand.remote,
    ]
    try stand(21, stages) { stand in
      let began = stand.world.clock.now
      let right = Lock(0)
      let calls = (0..<10_000).map { _ in
        stand.world.spawn {
          if (try? await stand.user(1).name) == "1" { right.withLock { $0 += 1 } }
        }
      }
      for call in calls { await call.wait() }
      #expect(stand.source.loads == 1 && right.withLock { $0 } == 10_000)
      // Nobody waits for anything but the load.
      #expect(stand.world.clock.now - began == .milliseconds(20))
    }
  }

  // MARK: Life

  @Test func `a cache that has been shut down says so, again and again`() throws {
    try stand(20, Self.plain) { stand in
      _ = try await stand.user(1)
      #expect(await stand.strata.shutdown() == [])
      #expect(await stand.strata.shutdown() == [])
      let error = await #expect(throws: CacheError.self) { try await stand.user(2) }
      #expect(error?.code == .closed)
    }
  }
}
