// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESPStore
import RedisServer
import StrataCore
import StrataTesting
import Testing

@Suite("The store keeps the contract on a real server")
struct ContractTests {
  @Test func `every rule holds, over TCP and a Unix domain socket`() async throws {
    var options = RedisServer.Options()
    options.socketPath = "/tmp/strata-\(UInt32.random(in: 0 ... .max)).sock"
    let server = try await RedisServer.start(options)
    defer { server.stop() }
    for url in [server.url, "unix://\(options.socketPath ?? "")?db=1"] {
      let world = World()
      let findings = await checkStore(on: world.runtime) { runtime in
        try RESPStore(
          options: StoreOptions(name: "redis", block: .written(["url": url])), runtime: runtime)
      }
      #expect(findings == [])
    }
  }

  @Test func `every rule holds where scripts are forgotten all the time`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let world = World()
    let store = try world.store(["url": server.url])
    try await store.open()
    for round in 0..<20 {
      try await server.command("SCRIPT", "FLUSH")
      let written = try await store.set(
        Batch((0..<5).map { world.write("users:\($0)", "\(round)") }))
      #expect(written.count == 5)
      #expect(try await store.get(.one(world.key("users:3")))[0].text == "\(round)")
      try await server.command("SCRIPT", "FLUSH")
      _ = try await store.remove(.one(world.key("users:3")))
      #expect(try await store.get(.one(world.key("users:3")))[0].text == nil)
    }
    await store.close()
  }
}
