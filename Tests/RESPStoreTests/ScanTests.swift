// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESPStore
import RedisServer
import StrataCore
import StrataTesting
import Testing

@Suite("Listing the keys of a server")
struct ScanTests {
  @Test func `a scan finds every key that matches, once read to its end`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let store = try world.store(["url": server.url])
    try await store.open()
    for id in 0..<300 { _ = try await store.set(.one(world.write("users:\(id)", "value"))) }
    for key in ["teams:1", "users[1]:7", "users"] {
      _ = try await store.set(.one(world.write(key, "value")))
    }
    var found: Set<String> = []
    var cursor: ScanCursor? = .start
    while let from = cursor {
      let page = try await store.scan(KeyPattern("users:1*"), from: from, limit: 50)
      found.formUnion(page.keys.map(\.text))
      cursor = page.next
    }
    #expect(found == Set((0..<300).map { "users:\($0)" }.filter { $0.hasPrefix("users:1") }))
    await store.close()
  }
}
