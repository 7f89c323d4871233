// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import FaultProxy
import StrataCore
import StrataNetwork
import Testing

@Suite("Fault proxy") struct FaultProxyTests {
  let network = SocketNetwork()

  @Test func `without rules it is as if it were not there`() async throws {
    let site = try await Site.make(network)
    site.connection.write("through and back")
    #expect(await site.probe.until { $0.bytes.count == 16 }.text == "through and back")
    site.connection.close()
    #expect(await site.probe.until(\.isClosed).error == nil)
    #expect(await site.guest.until(\.isClosed).error == nil)
    #expect(site.proxy.acceptedCount == 1)
  }

  @Test func `megabytes pass whole in small parts`() async throws {
    let site = try await Site.make(network, rules: [FaultRule(.both, .split(60_000))])
    let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 4) }
    site.connection.write(sent)
    #expect(await site.probe.until { $0.bytes.count == sent.count }.bytes == sent)
  }

  @Test func `one byte at a time arrives one byte at a time`() async throws {
    let rule = FaultRule(.toClient, .trickle(bytes: 1, every: .milliseconds(1)))
    let site = try await Site.make(network, rules: [rule])
    site.connection.write("0123456789")
    let heard = await site.probe.until { $0.bytes.count == 10 }
    #expect(heard.text == "0123456789")
    #expect(heard.pieces > 1)
  }

  @Test func `what is delayed comes late and whole`() async throws {
    let site = try await Site.make(
      network, rules: [FaultRule(.toClient, .delay(.milliseconds(30)))])
    let loop = site.connection.loop
    let start = loop.now
    site.connection.write("late")
    await site.probe.until { $0.bytes.count == 4 }
    #expect(loop.now - start >= .milliseconds(30))
  }

  @Test func `a cut after so many bytes leaves exactly those`() async throws {
    let site = try await Site.make(
      network, rules: [FaultRule(.toClient, .cut(.now), when: .atByte(5))])
    site.connection.write("0123456789")
    let heard = await site.probe.until(\.isClosed)
    #expect(heard.text == "01234")
  }

  @Test func `a reset is a reset to both`() async throws {
    let site = try await Site.make(network)
    site.proxy.cutAll(.reset)
    #expect(await site.probe.until(\.isClosed).error?.code == .reset)
    #expect(await site.guest.until(\.isClosed).error?.code == .reset)
    #expect(site.proxy.openCount == 0)
  }

  @Test func `what is held comes when the rule goes`() async throws {
    let site = try await Site.make(network)
    site.proxy.rules = [FaultRule(.both, .hold)]
    site.connection.write("held")
    let other = try await Site.make(network)  // passes a few turns of every loop
    other.connection.write("x")
    await other.probe.until { $0.bytes.count == 1 }
    #expect(site.probe.heard.bytes == [])
    site.proxy.rules = []
    #expect(await site.probe.until { $0.bytes.count == 4 }.text == "held")
  }

  @Test func `rules concern the connections they name`() async throws {
    let rule = FaultRule(.toClient, .replace(Array("bad".utf8)), connections: 1..<2)
    let site = try await Site.make(network, rules: [rule])
    let second = Probe()
    let connection = try await network.connect(to: site.proxy.endpoint, handler: second)
    site.connection.write("one")
    connection.write("two")
    #expect(await site.probe.until { $0.bytes.count == 3 }.text == "one")
    #expect(await second.until { $0.bytes.count == 3 }.text == "bad")
  }

  @Test func `newcomers are turned away when asked, and when the server is down`() async throws {
    let site = try await Site.make(network)
    site.proxy.refusesNewcomers = true
    #expect(await isReset(at: site.proxy.endpoint))
    site.proxy.refusesNewcomers = false
    site.listener.close()
    #expect(await isReset(at: site.proxy.endpoint))
    site.connection.write("still")
    #expect(await site.probe.until { $0.bytes.count == 5 }.text == "still")
  }

  @Test func `the end of one side's input passes through`() async throws {
    var options = ConnectOptions()
    options.allowsHalfClosure = true
    let site = try await Site.make(network, options: options) {
      Probe { event, connection, _ in
        guard event == "inputEnded" else { return }
        connection.write("bye")
        connection.close()
      }
    }
    site.connection.finishWriting()
    let heard = await site.probe.until(\.isClosed)
    #expect(heard.text == "bye")
    #expect(heard.error == nil)
  }
}

extension FaultProxyTests {
  /// Whether a connection is reset: right when it is opened or soon after.
  private func isReset(at endpoint: Endpoint) async -> Bool {
    let probe = Probe()
    do throws(NetworkError) {
      _ = try await network.connect(to: endpoint, handler: probe)
      return await probe.until(\.isClosed).error?.code == .reset
    } catch {
      return error.code == .reset
    }
  }
}

/// A server, a proxy before it, and a client of the proxy.
private struct Site {
  let listener: any Listener
  let proxy: FaultProxy
  let connection: any Connection
  let probe: Probe
  let guest: Probe

  static func make(
    _ network: SocketNetwork, rules: [FaultRule] = [], options: ConnectOptions = ConnectOptions(),
    server: @escaping @Sendable () -> Probe = { .echo() }
  ) async throws -> Site {
    let hall = Hall(server)
    var listening = ListenOptions()
    listening.connection.allowsHalfClosure = options.allowsHalfClosure
    let listener = try await network.listen(at: .loopback, options: listening) { hall.admit() }
    let proxy = try await FaultProxy.start(to: listener.endpoint, rules: rules)
    let probe = Probe()
    let connection = try await network.connect(
      to: proxy.endpoint, options: options, handler: probe)
    return Site(
      listener: listener, proxy: proxy, connection: connection, probe: probe,
      guest: await hall.guest())
  }
}
