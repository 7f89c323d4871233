// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataNetwork
import Testing

@Suite("Connecting") struct ConnectingTests {
  let network = SocketNetwork()

  @Test func `nobody listening is a refusal`() async throws {
    let listener = try await network.listen(at: .loopback) { Probe() }
    listener.close()
    #expect(await failure(to: listener.endpoint) == .refused)
    #expect(await failure(to: .unix(path: "/tmp/strata-no-such.sock")) == .refused)
  }

  @Test func `a name without an address is told apart`() async {
    #expect(await failure(to: .tcp(host: "no-such-host.invalid", port: 1)) == .unknownHost)
    #expect(await failure(to: .tcp(host: "", port: 1)) == .unknownHost)
    #expect(await failure(to: .tcp(host: "a\0b", port: 1)) == .unknownHost)
  }

  @Test func `impossible ports and paths are refused without a trap`() async {
    for port in [-1, 65_536, .max, .min] {
      #expect(await failure(to: .tcp(host: "127.0.0.1", port: port)) == .addressUnavailable)
    }
    let long = String(repeating: "x", count: 200)
    #expect(await failure(to: .unix(path: "/tmp/\(long)")) == .addressUnavailable)
    #expect(await failure(to: .unix(path: "")) == .addressUnavailable)
  }

  @Test func `localhost reaches a listener that has one of its addresses only`() async throws {
    let listener = try await network.listen(at: .loopback) { Probe.echo() }
    let probe = Probe()
    let endpoint = Endpoint.tcp(host: "localhost", port: listener.endpoint.port ?? 0)
    let connection = try await network.connect(to: endpoint, handler: probe)
    connection.write("found")
    #expect(await probe.until { $0.bytes.count == 5 }.text == "found")
    #expect(connection.endpoint == endpoint)
  }

  @Test func `IPv6 works where the machine has it`() async throws {
    guard
      let listener = try? await network.listen(
        at: .tcp(host: "::1", port: 0), accept: { Probe.echo() })
    else { return }
    let probe = Probe()
    let connection = try await network.connect(to: listener.endpoint, handler: probe)
    connection.write("six")
    #expect(await probe.until { $0.bytes.count == 3 }.text == "six")
    #expect(listener.endpoint.description.hasPrefix("[::1]:"))
  }

  @Test func `an address that is taken is told apart`() async throws {
    let listener = try await network.listen(at: .loopback) { Probe() }
    await #expect {
      _ = try await network.listen(at: listener.endpoint) { Probe() }
    } throws: {
      ($0 as? NetworkError)?.code == .addressUnavailable
    }
  }

  @Test func `a failed connect leaves the handler untouched`() async throws {
    let listener = try await network.listen(at: .loopback) { Probe() }
    listener.close()
    let probe = Probe()
    _ = try? await network.connect(to: listener.endpoint, handler: probe)
    #expect(probe.heard.events == [])
  }

  @Test func `a task cancelled before it connects gets no connection`() async throws {
    let listener = try await network.listen(at: .loopback) { Probe() }
    let task = Task { [network] in
      while !Task.isCancelled { await Task.yield() }
      return try await network.connect(to: listener.endpoint, handler: Probe())
    }
    task.cancel()
    await #expect {
      _ = try await task.value
    } throws: {
      ($0 as? NetworkError)?.code == .cancelled
    }
  }

  @Test func `a closed listener takes nobody new and keeps whom it has`() async throws {
    let pair = try await Pair.make(server: { .echo() })
    pair.listener.close()
    #expect(await failure(to: pair.listener.endpoint) == .refused)
    pair.connection.write("still here")
    #expect(await pair.client.until { $0.bytes.count == 10 }.text == "still here")
  }

  private func failure(to endpoint: Endpoint) async -> NetworkError.Code? {
    do throws(NetworkError) {
      _ = try await network.connect(to: endpoint, handler: Probe())
      return nil
    } catch {
      return error.code
    }
  }
}
