// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataNetwork
import StrataTesting
import Testing

@Suite("Network in memory") struct MemoryNetworkTests {
  @Test func `what one side writes the other receives, both ways`() throws {
    try Simulation(seed: 1).run { world in
      let pair = try await MemoryPair.make(world, server: { .echo() })
      pair.connection.write("hello")
      let heard = await pair.client.until { $0.bytes.count == 5 }
      #expect(heard.text == "hello")
      #expect(heard.events == ["opened", "received"])
    }
  }

  @Test func `everything written in one turn arrives as one piece`() throws {
    try Simulation(seed: 1).run { world in
      let pair = try await MemoryPair.make(world)
      await onLoop(pair.connection) {
        for index in 0..<500 { pair.connection.write("message \(index % 10)\n") }
      }
      #expect(await pair.server.until { $0.bytes.count == 5_000 }.pieces == 1)
    }
  }

  @Test func `wakes are one callback and closing sends what waits first`() throws {
    try Simulation(seed: 1).run { world in
      let client = Probe { event, connection, _ in
        if event == "woken" { connection.write("woken") }
      }
      let pair = try await MemoryPair.make(world, client: client)
      await onLoop(pair.connection) { for _ in 0..<100 { pair.connection.wake() } }
      await onLoop(pair.connection) {
        pair.connection.write([UInt8](repeating: 7, count: 3 << 20))
        pair.connection.close()
      }
      let heard = await pair.server.until(\.isClosed)
      #expect(heard.bytes.count == 5 + 3 << 20)
      #expect(heard.error == nil)
      #expect(
        await pair.client.until(\.isClosed).events == ["opened", "woken", "drained", "closed"])
    }
  }

  @Test func `a paused reader holds the writer back and loses nothing`() throws {
    try Simulation(seed: 1).run { world in
      let pair = try await MemoryPair.make(world)
      let server = try #require(pair.server.heard.connection)
      server.pauseReading()
      await world.settle()
      pair.connection.write([UInt8](repeating: 1, count: 5 << 20))
      await world.settle()
      let unsent = await onLoop(pair.connection) { pair.connection.unsentCount }
      #expect(unsent > 4 << 20)
      #expect(pair.server.heard.bytes.count == 0)
      server.resumeReading()
      await pair.server.until { $0.bytes.count == 5 << 20 }
      #expect(await pair.client.until { $0.has("drained") }.isClosed == false)
    }
  }

  @Test func `half a connection stays open where both sides allow it`() throws {
    try Simulation(seed: 1).run { world in
      var options = ConnectOptions()
      options.allowsHalfClosure = true
      var listening = ListenOptions()
      listening.connection = options
      let pair = try await MemoryPair.make(world, options: options, listening: listening) {
        Probe { event, connection, _ in
          guard event == "inputEnded" else { return }
          connection.write("after the end")
          connection.close()
        }
      }
      pair.connection.write("all I have")
      pair.connection.finishWriting()
      let heard = await pair.client.until(\.isClosed)
      #expect(heard.text == "after the end")
      #expect(heard.events == ["opened", "received", "inputEnded", "closed"])
      #expect(heard.error == nil)
    }
  }

  @Test func `nobody listening, a taken port and a shut down network are told apart`() throws {
    try Simulation(seed: 1).run { world in
      let network = MemoryNetwork(clock: world.clock, seed: 1)
      let nowhere = Endpoint.tcp(host: "nowhere", port: 1)
      #expect(await failure(network, to: nowhere) == .refused)
      let listener = try await network.listen(at: nowhere) { Probe() }
      #expect(await failure(network, to: nowhere) == nil)
      await #expect(throws: NetworkError.self) {
        _ = try await network.listen(at: nowhere) { Probe() }
      }
      listener.close()
      #expect(await failure(network, to: nowhere) == .refused)
      network.shutDown()
      #expect(await failure(network, to: nowhere) == .closed)
    }
  }

  @Test func `a partition holds bytes back and lets nobody in until it ends`() throws {
    try Simulation(seed: 1).run { world in
      let pair = try await MemoryPair.make(world)
      var apart = LinkConditions()
      apart.isPartitioned = true
      pair.network.setConditions(apart, at: pair.listener.endpoint)
      pair.connection.write("late ")
      try await world.sleep(for: .seconds(60))
      #expect(pair.server.heard.bytes == [])
      #expect(await failure(pair.network, to: pair.listener.endpoint) == .timedOut)
      pair.network.setConditions(nil, at: pair.listener.endpoint)
      pair.connection.write("but whole")
      #expect(await pair.server.until { $0.bytes.count == 14 }.text == "late but whole")
    }
  }

  @Test func `a cut resets both ends`() throws {
    try Simulation(seed: 1).run { world in
      let pair = try await MemoryPair.make(world)
      pair.network.cut(pair.listener.endpoint)
      #expect(await pair.client.until(\.isClosed).error?.code == .reset)
      #expect(await pair.server.until(\.isClosed).error?.code == .reset)
    }
  }

  @Test func `a silent direction loses everything and the other still works`() throws {
    try Simulation(seed: 1).run { world in
      let pair = try await MemoryPair.make(world)
      pair.network.conditions.silencing = 1
      pair.connection.write("lost")
      await world.settle()
      pair.network.conditions.silencing = 0
      pair.connection.write("lost too")
      pair.server.heard.connection?.write("heard")
      #expect(await pair.client.until { $0.bytes.count == 5 }.text == "heard")
      try await world.sleep(for: .seconds(60))
      #expect(pair.server.heard.bytes == [])
    }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `bytes arrive in order and whole, or the connection ends, whatever the weather`(
    seed: UInt64
  ) throws {
    try Simulation(seed: seed).run { world in
      let pair = try await MemoryPair.make(world, seed: seed, server: { .echo() })
      pair.network.conditions.latency = .milliseconds(1) ... .milliseconds(40)
      pair.network.conditions.tearing = 0.5
      pair.network.conditions.cutting = seed % 2 == 0 ? 0.005 : 0
      var sent: [UInt8] = []
      for round in 0..<100 {
        let piece = (0..<(round % 37)).map { UInt8(truncatingIfNeeded: $0 &+ round) }
        pair.connection.write(piece)
        sent += piece
        try await world.sleep(for: .milliseconds(7))
      }
      let expected = sent
      let heard = await pair.client.until { $0.isClosed || $0.bytes.count == expected.count }
      #expect(heard.bytes == Array(expected.prefix(heard.bytes.count)), "seed \(seed)")
      #expect(!heard.isClosed || heard.error?.code == .reset, "seed \(seed)")
    }
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `the same seed gives the same run`(seed: UInt64) throws {
    func history() throws -> [String] {
      try Simulation(seed: seed).run { world in
        let pair = try await MemoryPair.make(world, seed: seed, server: { .echo() })
        pair.network.conditions.latency = .microseconds(10) ... .milliseconds(40)
        pair.network.conditions.tearing = 0.7
        let history = Shared<[String]>([])
        let probe = Probe { event, connection, bytes in
          history.withLock { $0.append("\(world.clock.now) \(event) \(bytes?.count ?? 0)") }
        }
        let connection = try await pair.network.connect(
          to: pair.listener.endpoint, handler: probe)
        for _ in 0..<20 { connection.write([UInt8](repeating: 1, count: 1_000)) }
        await probe.until { $0.bytes.count == 20_000 }
        return history.value
      }
    }
    #expect(try history() == history(), "seed \(seed)")
  }

  private func failure(
    _ network: MemoryNetwork, to endpoint: Endpoint
  ) async -> NetworkError.Code? {
    do throws(NetworkError) {
      _ = try await network.connect(to: endpoint, handler: Probe())
      return nil
    } catch {
      return error.code
    }
  }
}

/// A network in memory, a listener and a connection to it, with both ends' probes.
private struct MemoryPair {
  let network: MemoryNetwork
  let listener: any Listener
  let connection: any Connection
  let client: Probe
  let server: Probe

  static func make(
    _ world: Simulation, seed: UInt64 = 1, client: Probe = Probe(),
    options: ConnectOptions = ConnectOptions(), listening: ListenOptions = ListenOptions(),
    server: @escaping @Sendable () -> Probe = { Probe() }
  ) async throws -> MemoryPair {
    let network = MemoryNetwork(clock: world.clock, seed: seed)
    let hall = Hall(server)
    let listener = try await network.listen(
      at: .tcp(host: "server", port: 0), options: listening
    ) { hall.admit() }
    let connection = try await network.connect(
      to: listener.endpoint, options: options, handler: client)
    return MemoryPair(
      network: network, listener: listener, connection: connection, client: client,
      server: await hall.guest())
  }
}
