// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import FaultProxy
import RESP
import RESPClient
import RedisServer
import StrataCore
import StrataNetwork
import StrataSystem
import Testing

@Suite("Subscriptions outlive their connections")
struct SubscriptionTests {
  @Test(arguments: [RESPVersion.resp3, .resp2])
  func `messages come, losses are told, and it goes on by itself`(version: RESPVersion) async throws
  {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let proxy = try await FaultProxy.start(to: server.endpoint)
    defer { proxy.close() }
    var configuration = RESPClientConfiguration(endpoint: proxy.endpoint)
    configuration.connection.session.version = version
    let events = Record<RESPSubscription.Event>()
    try await withClient(try RESPClientConfiguration(url: server.url)) { publisher in
      let subscription = try RESPSubscription(
        configuration, channels: [Array("news".utf8)], patterns: [Array("mail.*".utf8)],
        runtime: .live(reporter: SilentReporter(), network: SocketNetwork(), disk: false)
      ) { events.add($0) }
      subscription.start()
      var expected: [RESPSubscription.Event] = []
      for round in 0..<5 {
        await events.wait { $0.last == .subscribed }
        #expect(try await publisher.publish("n\(round)", to: "news") == 1)
        #expect(try await publisher.publish("m\(round)", to: "mail.bob") == 1)
        expected += [
          .subscribed, Self.message("news", "n\(round)"), Self.message("mail.bob", "m\(round)"),
        ]
        let soFar = expected
        await events.wait { $0 == soFar }
        proxy.cutAll(.reset)
        expected.append(.lost)
      }
      let all = expected
      await events.wait { $0.starts(with: all) }
      await subscription.close()
    }
  }

  @Test func `a peer that has fallen silent is found out`() async throws {
    let server = try await RedisServer.start()
    defer { server.stop() }
    let proxy = try await FaultProxy.start(to: server.endpoint)
    defer { proxy.close() }
    var configuration = RESPClientConfiguration(endpoint: proxy.endpoint)
    configuration.heartbeat = .milliseconds(50)
    configuration.timeout = .milliseconds(100)
    configuration.connection.grace = .milliseconds(50)
    let events = Record<RESPSubscription.Event>()
    let subscription = try RESPSubscription(
      configuration, channels: [Array("news".utf8)],
      runtime: .live(reporter: SilentReporter(), network: SocketNetwork(), disk: false)
    ) { events.add($0) }
    subscription.start()
    await events.wait { $0 == [.subscribed] }
    proxy.rules = [FaultRule(.both, .drop, connections: 0..<1)]
    await events.wait { $0.starts(with: [.subscribed, .lost, .subscribed]) }
    await subscription.close()
  }

  @Test func `a subscription that is not permitted is never called one`() async throws {
    let server = try await RedisServer.start(
      .init(["--user", "app", "on", ">pw", "resetchannels", "&ok", "+@all"]))
    defer { server.stop() }
    let events = Record<RESPSubscription.Event>()
    let network = SocketNetwork()
    defer { network.shutDown() }
    let runtime = CacheRuntime.live(reporter: SilentReporter(), network: network, disk: false)
    let configuration = try RESPClientConfiguration(
      url: "redis://app:pw@127.0.0.1:\(server.port)")
    let refused = try RESPSubscription(
      configuration, channels: [Array("secret".utf8)], runtime: runtime
    ) { events.add($0) }
    let permitted = Record<RESPSubscription.Event>()
    let good = try RESPSubscription(
      configuration, channels: [Array("ok".utf8)], runtime: runtime
    ) { permitted.add($0) }
    refused.start()
    good.start()
    await permitted.wait { $0 == [.subscribed] }
    await refused.close()
    await good.close()
    #expect(events.all.allSatisfy { $0 == .refused })
  }

  private static func message(_ channel: String, _ text: String) -> RESPSubscription.Event {
    .message(channel: Array(channel.utf8), payload: Array(text.utf8))
  }
}
