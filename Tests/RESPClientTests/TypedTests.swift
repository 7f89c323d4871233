// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import RESPClient
import RedisServer
import StrataCore
import StrataNetwork
import StrataSystem
import Testing

@Suite("Typed commands on a real server")
struct TypedTests {
  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func patient(
    _ server: RedisServer, _ version: RESPVersion
  ) -> RESPClientConfiguration {
    var configuration = RESPClientConfiguration(endpoint: server.endpoint)
    configuration.connection.session.version = version
    configuration.timeout = .seconds(60)
    return configuration
  }

  @Test(arguments: [RESPVersion.resp3, .resp2])
  func `hashes, lists, sets, sorted sets and counters`(version: RESPVersion) async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    try await withClient(Self.patient(server, version)) { client in
      #expect(try await client.setFields([("a", "1"), ("b", 2)], of: "hash") == 2)
      #expect(try await client.field("a", of: "hash") == Self.text("1"))
      #expect(try await client.fields(["b", "c"], of: "hash") == [Self.text("2"), nil])
      #expect(try await client.increment(field: "b", of: "hash", by: 5) == 7)
      #expect(try await client.fields(of: "hash") == ["a": Self.text("1"), "b": Self.text("7")])
      #expect(try await client.removeFields(["a", "z"], of: "hash") == 1)
      #expect(try await client.fieldCount(of: "hash") == 1)

      #expect(try await client.push(["1", "2"], to: .back, of: "list") == 2)
      #expect(try await client.push(["0"], to: .front, of: "list") == 3)
      #expect(try await client.elements(of: "list") == ["0", "1", "2"].map(Self.text))
      #expect(
        try await client.move(from: .front, of: "list", to: .back, of: "working")
          == Self.text("0"))
      #expect(try await client.removeElements(equalTo: "0", of: "working") == 1)
      #expect(try await client.pop(from: .front, of: "working") == nil)
      try await client.trimElements(from: -1, through: -1, of: "list")
      #expect(try await client.pop(from: .back, of: "list") == Self.text("2"))
      #expect(try await client.elementCount(of: "list") == 0)

      #expect(try await client.addMembers(["a", "b", "a"], to: "set") == 2)
      #expect(try await client.isMember("a", of: "set"))
      #expect(try await client.removeMembers(["a"], from: "set") == 1)
      #expect(try await client.members(of: "set") == [Self.text("b")])
      #expect(try await client.memberCount(of: "set") == 1)

      #expect(try await client.addRanked([("a", 1.5), ("b", -2)], to: "ranks") == 2)
      #expect(try await client.incrementScore(of: "b", by: 4, in: "ranks") == 2)
      #expect(try await client.score(of: "a", in: "ranks") == 1.5)
      #expect(try await client.score(of: "z", in: "ranks") == nil)
      #expect(try await client.ranked(of: "ranks").map(\.score) == [1.5, 2])
      #expect(
        try await client.ranked(through: 0, highestFirst: true, of: "ranks").map(\.member)
          == [Self.text("b")])
      #expect(try await client.ranked(scores: 1...1.9, of: "ranks").count == 1)
      #expect(try await client.removeRanked(scores: 0...1.9, from: "ranks") == 1)
      #expect(try await client.removeRanked(["b"], from: "ranks") == 1)
      #expect(try await client.rankedCount(of: "ranks") == 0)

      #expect(try await client.increment("count") == 1)
      #expect(try await client.increment("count", by: -3) == -2)
      #expect(try await client.increment("part", by: 0.25) == 0.25)
      #expect(try await client.expire("count", after: .seconds(100)))
      #expect(try await client.persist("count"))
      #expect(try await !client.persist("count"))
      #expect(try await client.lifetime(of: "count") == .endless)
      #expect(try await client.exists("count"))
      #expect((try await client.memory(of: "count") ?? 0) > 0)
      #expect(try await client.memory(of: "nothing") == nil)
      let report = try await client.report()
      #expect((report.usedMemory ?? 0) > 100_000 && report.isPrimary == true)
    }
  }

  @Test(arguments: [RESPVersion.resp3, .resp2])
  func `streams are read by groups, and what was not acknowledged is claimed`(
    version: RESPVersion
  ) async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    try await withClient(Self.patient(server, version)) { client in
      try await client.createGroup("workers", ofStream: "jobs")
      try await client.createGroup("workers", ofStream: "jobs")
      var places: [RESPStreamPlace] = []
      for job in 0..<3 {
        places.append(
          try await client.append([("job", job)], toStream: "jobs", keepingAbout: 1_000))
      }
      #expect(places == places.sorted())
      let first = try await client.entries(
        forConsumer: "one", inGroup: "workers", atMost: 2, ofStream: "jobs")
      #expect(first.map(\.place) == Array(places.prefix(2)))
      #expect(first[1]["job"] == Self.text("1"))
      let rest = try await client.entries(
        forConsumer: "two", inGroup: "workers", ofStream: "jobs")
      #expect(rest.map(\.place) == [places[2]])
      #expect(
        try await client.entries(
          forConsumer: "two", inGroup: "workers", ofStream: "jobs"
        ).isEmpty)
      #expect(
        try await client.acknowledge([places[0]], inGroup: "workers", ofStream: "jobs") == 1)
      let pending = try await client.entries(
        forConsumer: "one", inGroup: "workers", pendingAfter: .start, ofStream: "jobs")
      #expect(pending.map(\.place) == [places[1]])
      let claimed = try await client.claim(
        idleFor: .zero, forConsumer: "two", inGroup: "workers", ofStream: "jobs")
      #expect(claimed.map(\.place) == [places[1], places[2]])
      #expect(
        try await client.entries(after: places[0], ofStream: "jobs").map(\.place)
          == Array(places.dropFirst()))
      #expect(try await client.lastEntry(ofStream: "jobs")?.place == places[2])
      #expect(try await client.entryCount(ofStream: "jobs") == 3)
    }
  }

  @Test(arguments: ["", "-", "1", "1-", "-1-2", "1-2-3", "a-b", "18446744073709551616-0"])
  func `what is no place of a stream is none`(text: String) {
    #expect(RESPStreamPlace(text) == nil)
  }

  @Test func `transactions run as one, and a watched key that changes makes them begin again`()
    async throws
  {
    try await withServer { client, server in
      var transaction = RESPTransaction()
      transaction.add("SET", "a", 1)
      transaction.add("LPUSH", "a", "x")
      transaction.add("INCR", "a")
      let replies = try await client.run(transaction)
      #expect(replies.count == 3 && replies[1].error?.code == "WRONGTYPE")
      #expect(replies[2].integer == 2)

      var broken = RESPTransaction()
      broken.add("SET", "a")
      await #expect(throws: RESPClientError.self) { try await client.run(broken) }
      #expect(try await client.get("a") == Self.text("2"), "nothing ran, and nothing is left open")

      let network = SocketNetwork()
      defer { network.shutDown() }
      let watching = try RESPWatching(
        client.configuration,
        runtime: .live(reporter: SilentReporter(), network: network, disk: false))
      // Twenty at once read, add one and write: none is lost.
      try await client.set("sum", "0")
      await withTaskGroup { group in
        for _ in 0..<20 {
          group.addTask {
            _ = try? await watching.run(watching: ["sum"]) {
              (reader) async throws(RESPClientError) in
              let sum = try await reader.get("sum").flatMap {
                Int(String(decoding: $0, as: UTF8.self))
              }
              // Another writer, now and then.
              if (sum ?? 0) % 7 == 3 { try await client.increment("sum") }
              var add = RESPTransaction()
              add.add("SET", "sum", (sum ?? 0) + 1)
              return add
            }
          }
        }
      }
      let sum = try await client.get("sum").flatMap { Int(String(decoding: $0, as: UTF8.self)) }
      #expect((sum ?? 0) > 20, "the additions of others and twenty of ours: \(sum ?? -1)")
      #expect(try await watching.run(watching: ["sum"]) { _ in nil } == nil)
      await watching.close()
    }
  }

  @Test func `limits let through what they say, and say when to come again`() async throws {
    try await withServer { client, _ in
      let rules: [RESPRateLimiter.Rule] = [
        .fixedWindow(limit: 5, window: .seconds(600)),
        .slidingLog(limit: 5, window: .seconds(600)),
        .tokenBucket(capacity: 5, each: .seconds(600)),
      ]
      for (number, rule) in rules.enumerated() {
        let limiter = RESPRateLimiter(rule)
        let key: RESPKey = "limit:\(number)"
        for left in [4, 3, 2] {
          let answer = try await limiter.take(from: client, key)
          #expect(answer.isAllowed && answer.remaining == left && answer.retryAfter == .zero)
        }
        #expect(try await limiter.take(3, from: client, key).isAllowed == false)
        #expect(try await limiter.take(2, from: client, key).isAllowed)
        let refused = try await limiter.take(from: client, key)
        #expect(!refused.isAllowed && refused.remaining == 0)
        #expect(refused.retryAfter > .seconds(500) && refused.retryAfter <= .seconds(600))
        #expect((try await client.lifetime(of: key)) != .endless)
      }
      // A hundred at once on a server that has forgotten its scripts: five pass.
      _ = try await client.command("SCRIPT", ["FLUSH"])
      let limiter = RESPRateLimiter(rules[1])
      let passed = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<100 {
          group.addTask {
            (try? await limiter.take(from: client, "crowd").isAllowed) ?? false
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(passed == 5)
    }
  }

  @Test func `time gives back what a limit has taken`() async throws {
    try await withServer { client, _ in
      let clock = CacheRuntime.live(reporter: SilentReporter(), disk: false).clock
      for rule in [
        RESPRateLimiter.Rule.fixedWindow(limit: 1, window: .milliseconds(50)),
        .slidingLog(limit: 1, window: .milliseconds(50)),
        .tokenBucket(capacity: 1, each: .milliseconds(50)),
      ] {
        let limiter = RESPRateLimiter(rule)
        let key: RESPKey = "\(rule)"
        #expect(try await limiter.take(from: client, key).isAllowed)
        try await eventually {
          let answer = try await limiter.take(from: client, key)
          if answer.isAllowed { return true }
          #expect(answer.retryAfter > .zero && answer.retryAfter <= .milliseconds(51))
          try await clock.sleep(for: answer.retryAfter)
          return false
        }
      }
    }
  }

  @Test func `keys are counted by prefix on every server`() async throws {
    let cluster = try await RedisCluster.start()
    defer { cluster.stop() }
    try await withFleet(cluster.url) { fleet in
      for number in 0..<60 {
        try await fleet.put(Self.text("users:\(number)"), [UInt8](repeating: 0, count: 1_000))
        if number % 3 == 0 { try await fleet.put(Self.text("carts:\(number):x"), [1]) }
      }
      let statistics = try await fleet.keyStatistics(sampling: 2)
      #expect(statistics.shares["users"]?.keys == 60)
      #expect(statistics.shares["carts"]?.keys == 20)
      #expect((statistics.shares["users"]?.bytes ?? 0) > 60_000)
      #expect((statistics.shares["carts"]?.bytes ?? 0) < 20_000)
      let few = try await fleet.keyStatistics(depth: 2, most: 5)
      #expect(few.shares.count == 6 && few.shares["…"]?.keys == 75)
      #expect(try await fleet.increment("counter", by: 3) == 3)
    }
  }
}
