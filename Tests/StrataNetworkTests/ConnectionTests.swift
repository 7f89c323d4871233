// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Glibc
import StrataCore
import StrataNetwork
import Testing

@Suite("Connections over sockets") struct ConnectionTests {
  @Test func `what one side writes the other receives, both ways`() async throws {
    let pair = try await Pair.make(server: { .echo() })
    pair.connection.write("hello")
    let heard = await pair.client.until { $0.bytes.count == 5 }
    #expect(heard.text == "hello")
    #expect(heard.events == ["opened", "received"])
  }

  @Test func `a Unix socket works alike and its file goes with the listener`() async throws {
    let path = "/tmp/strata-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
    let pair = try await Pair.make(at: .unix(path: path), server: { .echo() })
    pair.connection.write("over unix")
    #expect(await pair.client.until { $0.bytes.count == 9 }.text == "over unix")
    // The file of a listener that answers is left alone.
    let second = SocketNetwork()
    await #expect(throws: NetworkError.self) {
      _ = try await second.listen(at: .unix(path: path)) { Probe() }
    }
    pair.listener.close()
    pair.connection.close()
    await pair.client.until(\.isClosed)
    #expect(access(path, F_OK) != 0)
  }

  @Test func `everything written in one turn arrives as one piece`() async throws {
    let pair = try await Pair.make()
    await onLoop(pair.connection) {
      for index in 0..<500 { pair.connection.write("message \(index % 10)\n") }
    }
    let heard = await pair.server.until { $0.bytes.count == 5_000 }
    #expect(heard.pieces == 1)
  }

  @Test func `any number of wakes in one turn is one callback, and its writes leave at once`()
    async throws
  {
    let client = Probe { event, connection, _ in
      if event == "woken" { connection.write("woken") }
    }
    let pair = try await Pair.make(client: client)
    await onLoop(pair.connection) { for _ in 0..<1_000 { pair.connection.wake() } }
    #expect(await pair.server.until { $0.bytes.count >= 5 }.text == "woken")
    pair.connection.wake()
    await pair.server.until { $0.bytes.count >= 10 }
    #expect(client.heard.events == ["opened", "woken", "woken"])
  }

  @Test func `many megabytes arrive whole while the reader pauses now and then`() async throws {
    let pattern = (0..<99_991).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    var options = ConnectOptions()
    options.highWater = 300_000
    let left = Shared(160)
    let client = Probe { event, connection, _ in
      guard event == "opened" || event == "drained" else { return }
      left.withLock { left in
        while left > 0 && connection.unsentCount <= 300_000 && connection.write(pattern) {
          left -= 1
        }
        if left == 0 { connection.close() }
      }
    }
    let pair = try await Pair.make(client: client, options: options) {
      Probe { event, connection, _ in
        guard event == "received" else { return }
        connection.pauseReading()
        connection.loop.execute { connection.resumeReading() }
      }
    }
    let heard = await pair.server.until(\.isClosed)
    let expected = [[UInt8]](repeating: pattern, count: 160).flatMap { $0 }
    #expect(heard.bytes.count == expected.count)
    #expect(memcmp(heard.bytes, expected, expected.count) == 0)
    #expect(client.heard.has("drained"))
  }

  @Test func `more than may wait is refused whole, and from elsewhere ends the connection`()
    async throws
  {
    var options = ConnectOptions()
    options.maximumUnsent = 100_000
    let pair = try await Pair.make(options: options)
    let answers = await onLoop(pair.connection) {
      let connection = pair.connection
      return [
        connection.write([UInt8](repeating: 1, count: 100_001)),
        connection.write([UInt8](repeating: 1, count: 60_000)),
        connection.write([UInt8](repeating: 1, count: 60_000)),
        connection.write([UInt8](repeating: 1, count: 40_000)),
      ]
    }
    #expect(answers == [false, true, false, true])
    await pair.server.until { $0.bytes.count == 100_000 }
    pair.connection.write([UInt8](repeating: 1, count: 100_001))
    #expect(await pair.client.until(\.isClosed).error?.code == .overflow)
  }

  @Test func `half a connection stays open where both sides allow it`() async throws {
    var options = ConnectOptions()
    options.allowsHalfClosure = true
    var listening = ListenOptions()
    listening.connection = options
    let pair = try await Pair.make(options: options, listening: listening) {
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
    #expect(pair.server.heard.text == "all I have")
  }

  @Test func `closing sends what waits first`() async throws {
    let pair = try await Pair.make()
    await onLoop(pair.connection) {
      pair.connection.write([UInt8](repeating: 7, count: 8 << 20))
      pair.connection.close()
    }
    let heard = await pair.server.until(\.isClosed)
    #expect(heard.bytes.count == 8 << 20)
    #expect(heard.error == nil)
    #expect(heard.events == ["opened", "received", "inputEnded", "closed"])
    #expect(await pair.client.until(\.isClosed).error == nil)
  }

  @Test func `a reset reaches the peer as one`() async throws {
    let pair = try await Pair.make()
    pair.connection.close(.reset)
    #expect(await pair.server.until(\.isClosed).error?.code == .reset)
    #expect(await pair.client.until(\.isClosed).error == nil)
  }

  @Test func `a closed connection refuses writes and closes once`() async throws {
    let pair = try await Pair.make()
    pair.connection.close(.now)
    pair.connection.close()
    pair.connection.close(.reset)
    await pair.client.until(\.isClosed)
    let isTaken = await onLoop(pair.connection) { pair.connection.write("late") }
    #expect(!isTaken)
    #expect(pair.client.heard.events == ["opened", "closed"])
  }

  @Test func `closing from within a callback ends the callbacks`() async throws {
    let pair = try await Pair.make {
      Probe { event, connection, _ in if event == "received" { connection.close(.now) } }
    }
    pair.connection.write("bye")
    let heard = await pair.server.until(\.isClosed)
    #expect(heard.events == ["opened", "received", "closed"])
    await pair.client.until(\.isClosed)
  }

  @Test func `the end of the network ends its connections with that reason`() async throws {
    let pair = try await Pair.make()
    pair.network.shutDown()
    #expect(await pair.client.until(\.isClosed).error?.code == .closed)
    #expect(await pair.server.until(\.isClosed).error?.code == .closed)
    await #expect(throws: NetworkError.self) {
      _ = try await pair.network.connect(to: pair.listener.endpoint, handler: Probe())
    }
  }

  @Test func `two hundred connections at once each get their own answer`() async throws {
    let network = SocketNetwork(loopCount: 2)
    let listener = try await network.listen(at: .loopback) { Probe.echo() }
    let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
      for index in 0..<200 {
        group.addTask {
          let probe = Probe()
          let connection = try await network.connect(to: listener.endpoint, handler: probe)
          connection.write("number \(1_000 + index)")
          let heard = await probe.until { $0.bytes.count == 11 }
          connection.close()
          await probe.until(\.isClosed)
          return heard.text == "number \(1_000 + index)" ? 0 : 1
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }

  @Test func `callbacks and tasks of one connection share its loop`() async throws {
    let strays = Lock(0)
    let pair = try await Pair.make(
      client: Probe { _, connection, _ in
        if !connection.loop.isCurrent { strays.withLock { $0 += 1 } }
      }, server: { .echo() })
    let task = Task(executorPreference: pair.connection.loop.taskExecutor) {
      pair.connection.write("from a task on the loop")
      await pair.client.until { $0.bytes.count == 23 }
      return pair.connection.loop.isCurrent
    }
    #expect(await task.value)
    #expect(strays.withLock { $0 } == 0)
  }
}
