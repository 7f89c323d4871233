// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
internal import StrataNetwork

/// Which servers a fleet consists of, as one line of text.
///
/// ```
/// redis://, rediss://, unix://                                 one server; see ``RESPURL``
/// redis+cluster://[user:password@]host[:port],host[:port]…     a cluster; some of its servers
/// redis+sentinel://[…@]host[:port],…/name[/database]           what sentinels watch as `name`
/// redis+ring://[…@]host[:port],host[:port]…[/database]         independent servers
/// rediss+cluster://, rediss+sentinel://, rediss+ring://        the same over TLS
/// ```
///
/// Ports left out are 6379, of sentinels 26379. Behind a server of a ring its copies may stand:
/// `redis+ring://a|a-copy,b|b-copy`.
public struct RESPFleetURL: Sendable, Hashable {
  /// The kinds of fleets.
  public enum Kind: Sendable, Hashable {
    /// One server.
    case server
    /// A cluster.
    case cluster
    /// The primary of that name, as sentinels know it.
    case sentinel(name: String)
    /// Independent servers.
    case ring
  }

  /// The kind of fleet.
  public var kind: Kind
  /// The servers that are named; of a ring each with its copies.
  public var shards: [RESPLayout.Shard]
  /// Whether connections are encrypted.
  public var isEncrypted: Bool
  /// Who logs in.
  public var credentials: RESPCredentials?
  /// The number of the logical database.
  public var database: Int

  /// Reads a URL.
  public init(_ text: String) throws(RESPURL.Problem) {
    let scheme = text.prefix { $0 != ":" }
    let words = scheme.split(separator: "+", omittingEmptySubsequences: false)
    guard words.count == 2, words[0] == "redis" || words[0] == "rediss",
      text.hasPrefix("\(scheme)://")
    else {
      self = RESPFleetURL(try RESPURL(text))
      return
    }
    isEncrypted = words[0] == "rediss"
    var rest = text.dropFirst(scheme.count + 3)
    credentials = try RESPURL.takeCredentials(&rest)
    let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
    let path = parts.dropFirst()
    database = 0
    switch words[1] {
    case "cluster":
      kind = .cluster
      guard path.allSatisfy({ $0.isEmpty || $0 == "0" }) else { throw .clusterDatabase }
    case "sentinel":
      guard let name = path.first, !name.isEmpty, path.count <= 2 else { throw .name }
      kind = .sentinel(name: try RESPURL.decoded(name))
      if let text = path.dropFirst().first { database = try RESPURL.database(text) }
    case "ring":
      kind = .ring
      guard path.count <= 1 else { throw .database }
      if let text = path.first { database = try RESPURL.database(text) }
    default: throw .scheme
    }
    shards = try Self.shards(parts[0], port: words[1] == "sentinel" ? "26379" : "6379")
    guard Set(shards.map(\.primary)).count == shards.count else { throw .twice }
    guard kind == .ring || shards.allSatisfy(\.replicas.isEmpty) else { throw .place }
  }

  /// The same of one server.
  public init(_ url: RESPURL) {
    kind = .server
    shards = [.init(url.endpoint)]
    isEncrypted = url.isEncrypted
    credentials = url.credentials
    database = url.database
  }

  private static func shards(
    _ text: Substring, port: Substring
  ) throws(RESPURL.Problem) -> [RESPLayout.Shard] {
    var shards: [RESPLayout.Shard] = []
    for place in text.split(separator: ",", omittingEmptySubsequences: false) {
      var servers: [Endpoint] = []
      for server in place.split(separator: "|", omittingEmptySubsequences: false) {
        let (host, port) = try RESPURL.hostAndPort(server, port: port)
        servers.append(.tcp(host: host, port: port))
      }
      shards.append(.init(servers[0], replicas: Array(servers.dropFirst())))
    }
    return shards
  }
}

extension RESPFleetPlan {
  /// The plan of a fleet that a URL names.
  ///
  /// - Parameters:
  ///   - sentinels: who logs in at sentinels; nobody by default.
  ///   - readsReplicas: whether copies answer reads while a server is out of reach.
  ///   - adjust: changes how each server is connected to.
  public init(
    _ url: RESPFleetURL, sentinels: RESPCredentials? = nil, readsReplicas: Bool = false,
    _ adjust: (inout RESPClientConfiguration) -> Void = { _ in }
  ) {
    let places = url.shards.map(\.primary)
    var template = RESPClientConfiguration(endpoint: places.first ?? .loopback)
    template.connection.session.credentials = url.credentials
    template.connection.session.database = url.database
    if url.isEncrypted { template.transport.tls = TLSOptions() }
    adjust(&template)
    switch url.kind {
    case .server: self.init(template)
    case .cluster: self.init(cluster: places, template: template)
    case .ring: self.init(ring: url.shards, template: template)
    case .sentinel(let name):
      self.init(sentinels: places, name: name, credentials: sentinels, template: template)
    }
    self.readsReplicas = readsReplicas
  }
}
