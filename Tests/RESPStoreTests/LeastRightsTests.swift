// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import RESP
import RESPStore
import RedisServer
import StrataCore
import StrataTesting
import Testing

@Suite("The documented user suffices and needs all that it may do")
struct LeastRightsTests {
  @Test func `everything works as the documented user`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    try await server.become(Self.documented())
    let options = ["url": server.url, "user": "strata", "password": "password"]
    let world = World()
    let findings = await checkStore(on: world.runtime) { runtime in
      try RESPStore(
        options: StoreOptions(name: "redis", block: .written(options)), runtime: runtime)
    }
    #expect(findings == [])
    try await Self.useNodes(world, options)
    let denied = try await server.command("ACL", "LOG").elements?.count
    #expect(denied == 0, "the server has denied something")
  }

  @Test func `each command that the page names is needed`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let rights = try Self.documented()
    // What only servers that know no HELLO, other databases and quiet subscriptions need.
    let rare = ["+client|setname", "+select", "+ping"]
    for right in rights where right.hasPrefix("+") && !rare.contains(right) {
      try await server.command("ACL", "LOG", "RESET")
      try await server.become(rights.filter { $0 != right })
      let world = World()
      let options = ["url": server.url, "user": "strata", "password": "password"]
      try? await Self.use(world, options)
      let denied = try await server.command("ACL", "LOG").elements?.count ?? 0
      #expect(denied > 0, "\(right) is not needed")
    }
  }

  private static func use(_ world: World, _ options: [String: String]) async throws {
    let store = try world.store(options)
    try await store.open()
    let keys = [world.key("users:1"), world.key("users:2")]
    let writes = Batch(["users:1", "users:2"].map { world.write($0, "x") })
    let steps: [@Sendable () async throws -> Void] = [
      { _ = try await store.get(.one(keys[0])) }, { _ = try await store.get(.many(keys)) },
      { _ = try await store.set(writes) }, { _ = try await store.remove(.many(keys)) },
      { _ = try await store.set(writes) }, { try await store.clear("users") },
    ]
    for step in steps { try? await step() }
    await store.close()
    try await useNodes(world, options)
  }

  private static func useNodes(_ world: World, _ options: [String: String]) async throws {
    let store = try world.store(options)
    try await store.open()
    let token = LockToken(random: world.runtime.random)
    let lock = world.key("users:\(token)")
    let mark = InvalidationMark(namespace: "users", tag: "red")
    let steps: [@Sendable () async throws -> Void] = [
      { _ = try await store.acquire(lock, token: token, for: .seconds(1)) },
      { _ = try await store.extend(lock, token: token, for: .seconds(1)) },
      { _ = try await store.release(lock, token: token) },
      { _ = try await store.mark([mark], for: .seconds(1)) },
      { _ = try await store.versions(of: [mark]) },
      { try await store.publish([1], on: "users") },
    ]
    for step in steps { try? await step() }
    let events = Record<TransportEvent>()
    let subscription = store.subscribe(to: "users") { events.add($0) }
    // A refused subscription says nothing. It was refused before this, on a younger connection.
    let other = try world.store(options)
    try await other.open()
    for _ in 0..<20 { try? await other.publish([1], on: "users") }
    await other.close()
    subscription.cancel()
    await store.close()
  }

  /// The rights that the page gives its user, after the name and the password.
  private static func documented() throws -> [String] {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appendingPathComponent("Plugins/RESPStore/README.md"), encoding: .utf8)
    let start = try #require(page.range(of: "ACL SETUSER strata "))
    let end = try #require(page[start.upperBound...].range(of: "```"))
    return page[start.upperBound..<end.lowerBound].split(whereSeparator: \.isWhitespace)
      .map(String.init)
  }
}

extension RedisServer {
  /// Makes the user anew with these rights.
  fileprivate func become(_ rights: [String]) async throws {
    try await command(words: ["ACL", "SETUSER", "strata", "reset"] + rights)
  }
}
