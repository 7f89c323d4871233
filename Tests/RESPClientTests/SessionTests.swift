// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import RESPClient
import RedisServer
import StrataCore
import StrataNetwork
import Testing

@Suite("Sessions: who logs in, where, and how it is refused")
struct SessionTests {
  @Test func `a user, a name and a database reach the server`() async throws {
    let server = try await RedisServer.start(
      .init(["--user", "app", "on", ">s3cret", "~*", "&*", "+@all", "--user", "default", "off"]))
    defer { server.stop() }
    var configuration = try RESPClientConfiguration(
      url: "redis://app:s3cret@127.0.0.1:\(server.port)/5")
    configuration.connection.session.clientName = "shop"
    try await withClient(configuration) { client in
      let text = try await client.command("CLIENT", ["INFO"]).string ?? ""
      #expect(text.contains(" name=shop ") && text.contains(" db=5 "))
      #expect(text.contains(" user=app ") && text.contains(" resp=3"))
      #expect(client.server?.name == "redis" && client.generation == 1)
    }
  }

  @Test func `a server that knows no HELLO is spoken to in RESP2`() async throws {
    let arguments = ["--requirepass", "pw", "--rename-command", "HELLO", ""]
    let server = try await RedisServer.start(.init(arguments))
    defer { server.stop() }
    try await withClient(
      try RESPClientConfiguration(url: "redis://:pw@127.0.0.1:\(server.port)/2")
    ) { client in
      try await client.set("a", "1")
      #expect(try await client.get("a") == Array("1".utf8))
      #expect(client.server == nil)
    }
  }

  @Test(arguments: [
    "redis://app:wr0ng-hunter2", "redis://nobody:wr0ng-hunter2", "redis://:wr0ng-hunter2",
  ])
  func `a wrong password is refused and never repeated`(credentials: String) async throws {
    let server = try await RedisServer.start(
      .init(["--requirepass", "right", "--user", "app", "on", ">right", "~*", "+@all"]))
    defer { server.stop() }
    let events = Record<RESPEvent>()
    let url = "\(credentials)@127.0.0.1:\(server.port)"
    try await withClient(try RESPClientConfiguration(url: url), onEvent: { events.add($0) }) {
      client in
      await events.wait { $0.contains { if case .failed = $0 { true } else { false } } }
      do throws(RESPClientError) {
        _ = try await client.get("a")
        Issue.record("a command went through")
      } catch {
        #expect(error == .unavailable(.authenticationFailed))
        let shown = "\(error) \(String(reflecting: error)) \(events.all)"
        #expect(!shown.contains("hunter2"))
      }
    }
  }

  @Test func `no password where one is needed is said to be that`() async throws {
    try await withRefusal(["--requirepass", "right"]) { #expect($0 == .authenticationRequired) }
  }

  @Test func `a full server is said to be that`() async throws {
    let server = try await RedisServer.start(.init(["--maxclients", "1"]))
    defer { server.stop() }
    let configuration = try RESPClientConfiguration(url: server.url)
    try await withClient(configuration) { first in
      #expect(try await first.command("PING").string == "PONG")
      let events = Record<RESPEvent>()
      try await withClient(configuration, onEvent: { events.add($0) }) { _ in
        await events.wait { $0.contains { if case .failed = $0 { true } else { false } } }
      }
      #expect("\(events.all)".contains("MAXCLIENTS"))
    }
  }

  private func withRefusal(
    _ arguments: [String], _ check: (RESPConnectionError?) -> Void
  ) async throws {
    let server = try await RedisServer.start(.init(arguments))
    defer { server.stop() }
    let events = Record<RESPEvent>()
    try await withClient(try RESPClientConfiguration(url: server.url), onEvent: { events.add($0) })
    { _ in
      await events.wait { $0.contains { if case .failed = $0 { true } else { false } } }
    }
    for case .failed(let reason, _) in events.all { return check(reason) }
  }
}
