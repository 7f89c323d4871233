// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import RESPClient
import RedisServer
import StrataCore
import Testing

@Suite("Commands against a real server")
struct CommandTests {
  @Test func `strings are stored, found, removed and expire`() async throws {
    try await withServer { client, _ in
      #expect(try await client.get("a") == nil)
      try await client.set("a", "1")
      try await client.set("b", [UInt8](repeating: 0, count: 100_000), expiry: .seconds(60))
      #expect(try await client.get("a") == Array("1".utf8))
      #expect(try await client.get(["b", "none", "a"]).map { $0?.count } == [100_000, nil, 1])
      #expect(try await client.lifetime(of: "a") == .endless)
      #expect(try await client.lifetime(of: "none") == .absent)
      guard case .remaining(let time) = try await client.lifetime(of: "b") else {
        Issue.record("b lives for ever")
        return
      }
      #expect(time > .seconds(50) && time <= .seconds(60))
      #expect(try await client.remove(["a", "b", "c"]) == 2)
    }
  }

  @Test func `an error of the server is thrown to the one who asked`() async throws {
    try await withServer { client, _ in
      _ = try await client.command("LPUSH", ["list", "x"])
      async let good = client.command("PING")
      await #expect(throws: RESPClientError.self) { try await client.get("list") }
      #expect(try await good.string == "PONG")
      let mixed = try await client.sendAll(3) { writer, index in
        writer.command("INCRBY", "n", index == 1 ? "x" : "5")
      } read: { (frame) throws(RESPClientError) in
        try frame.readInteger()
      }
      #expect(mixed.map { try? $0.get() } == [5, nil, 10])
    }
  }

  @Test func `commands that would break the count of replies are refused`() async throws {
    try await withServer { client, _ in
      for name in ["MONITOR", "HELLO", "RESET"] {
        await #expect(throws: RESPClientError.refused(.unsupported)) {
          try await client.command(name)
        }
      }
      let reply = try await client.command("PING")
      #expect(reply.string == "PONG")
    }
  }

  @Test func `a thousand tasks each get their own value`() async throws {
    try await withServer { client, _ in
      for index in 0..<100 { try await client.set("k\(index)", "v\(index)") }
      let wrong = await withTaskGroup(of: Int.self) { group in
        for task in 0..<1000 {
          group.addTask {
            var wrong = 0
            for round in 0..<20 {
              let index = (task * 7 + round * 13) % 100
              if (try? await client.get("k\(index)")) != Array("v\(index)".utf8) { wrong += 1 }
            }
            return wrong
          }
        }
        return await group.reduce(0, +)
      }
      #expect(wrong == 0)
      #expect(client.outstanding == 0)
    }
  }

  @Test func `a script is loaded when the server does not know it`() async throws {
    let script = RESPScript("return {KEYS[1], ARGV[1]}")
    try await withServer { client, _ in
      for _ in 0..<2 {
        let reply = try await client.run(
          script, keys: [Array("k".utf8)], arguments: ["v"], isRepeatable: true
        ) { (frame) throws(RESPClientError) in frame.value() }
        #expect(reply.elements?.map(\.string) == ["k", "v"])
        _ = try await client.command("SCRIPT", ["FLUSH"])
      }
      let counts = try await commandCounts(client)
      #expect(counts["script|load"] == 2 && counts["evalsha"] == 4)
    }
  }

  @Test func `a scan finds every key that matches and no other`() async throws {
    try await withServer { client, _ in
      for index in 0..<3000 { try await client.set("in:\(index)", "x") }
      for index in 0..<500 { try await client.set("out:\(index)", "x") }
      var (cursor, found, pages) = (UInt64(0), Set<[UInt8]>(), 0)
      repeat {
        let page = try await client.scan(from: cursor, matching: "in:*", count: 200)
        (cursor, pages) = (page.next, pages + 1)
        found.formUnion(page.keys)
      } while cursor != 0
      #expect(found.count == 3000 && pages > 5)
    }
  }

  @Test func `the server's clock is read`() async throws {
    try await withServer { client, _ in
      let first = try await client.time()
      let second = try await client.time()
      #expect(first > 1_700_000_000_000_000 && second >= first)
    }
  }
}
