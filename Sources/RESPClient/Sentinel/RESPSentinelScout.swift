// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
public import StrataNetwork

/// Learns from sentinels which server is the primary, and has that server say so itself.
///
/// A sentinel that was cut off names the primary of yesterday, and a primary that was cut off still
/// takes itself for one. So whoever a sentinel names is asked for its `ROLE`, on the very
/// connection that commands will travel on, and anything but `master` is no answer. Every lost
/// connection puts the server in doubt until sentinels have named it again.
public struct RESPSentinelScout: RESPScout {
  private let name: String
  private let sentinels: [RESPClientConfiguration]
  private let template: RESPClientConfiguration

  /// A scout.
  public init(
    sentinels: [Endpoint], name: String, credentials: RESPCredentials?,
    template: RESPClientConfiguration
  ) {
    self.name = name
    self.template = template
    self.sentinels = sentinels.map { endpoint in
      var sentinel = template.leading(to: endpoint)
      sentinel.connection.session.credentials = credentials
      sentinel.connection.session.database = 0
      return sentinel
    }
  }

  /// After a failover somebody else is the primary.
  public var doubtsAfterLoss: Bool { true }

  /// Sentinels publish a failover once it is done.
  public var heralds: [(configuration: RESPClientConfiguration, channel: String)] {
    sentinels.map { ($0, "+switch-master") }
  }

  /// Asks one sentinel after the other until one names a server that says it is the primary.
  public func survey(
    known: [Endpoint: RESPClient], asking connect: RESPInquiry
  ) async throws(RESPClientError) -> RESPLayout {
    var reason = RESPClientError.unavailable(nil)
    for sentinel in sentinels {
      do throws(RESPClientError) {
        let shard = try await connect.ask(sentinel) {
          (client) async throws(RESPClientError) in try await named(by: client)
        }
        guard let shard else { continue }
        if try await isPrimary(shard.primary, known, connect) { return RESPLayout([shard]) }
      } catch {
        reason = error
      }
    }
    throw reason
  }

  private func named(
    by sentinel: RESPClient
  ) async throws(RESPClientError) -> RESPLayout.Shard? {
    let answer = try await sentinel.command(
      "SENTINEL", ["GET-MASTER-ADDR-BY-NAME", name], isRepeatable: true)
    guard let host = answer[0]?.string, let port = answer[1]?.integer.flatMap(Int.init(exactly:))
    else { return nil }
    let copies = try await sentinel.command("SENTINEL", ["REPLICAS", name], isRepeatable: true)
    return RESPLayout.Shard(
      .tcp(host: host, port: port), replicas: Self.replicas(copies))
  }

  /// The copies that a sentinel takes for alive.
  static func replicas(_ answer: RESPValue) -> [Endpoint] {
    (answer.elements ?? []).compactMap { replica in
      guard let host = replica["ip"]?.string, let port = replica["port"]?.integer,
        let port = Int(exactly: port), 1...65_535 ~= port,
        let flags = replica["flags"]?.string, !flags.contains("down"),
        !flags.contains("disconnected")
      else { return nil }
      return .tcp(host: host, port: port)
    }
  }

  private func isPrimary(
    _ endpoint: Endpoint, _ known: [Endpoint: RESPClient], _ connect: RESPInquiry
  ) async throws(RESPClientError) -> Bool {
    let ask = { @Sendable (client: RESPClient) async throws(RESPClientError) -> Bool in
      try await client.command("ROLE", isRepeatable: true)[0]?.string == "master"
    }
    if let client = known[endpoint] { return try await ask(client) }
    return try await connect.ask(template.leading(to: endpoint), ask)
  }
}

extension RESPFleetPlan {
  /// The primary that sentinels watch under a name.
  ///
  /// - Parameters:
  ///   - credentials: who logs in at the sentinels.
  ///   - template: how to connect to the server; with its encryption, to the sentinels too.
  public init(
    sentinels: [Endpoint], name: String, credentials: RESPCredentials? = nil,
    template: RESPClientConfiguration
  ) {
    self.init(template)
    fixed = nil
    scout = RESPSentinelScout(
      sentinels: sentinels, name: name, credentials: credentials, template: template)
  }
}
