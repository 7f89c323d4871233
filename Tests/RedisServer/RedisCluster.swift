// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import ServerProcess
internal import RESP
internal import StrataCore

/// A real cluster on free ports of this machine, its servers ended with it.
///
/// ```swift
/// let cluster = try await RedisCluster.start(primaries: 3, replicas: 1)
/// defer { cluster.stop() }
/// ```
public final class RedisCluster: Sendable {
  /// The servers that held slots at the beginning, in the order of the slots.
  public let primaries: [RedisServer]
  /// The copies at the beginning; copy `n` is one of primary `n` modulo their number.
  public let replicas: [RedisServer]
  private let folder: Folder

  private init(primaries: [RedisServer], replicas: [RedisServer], folder: Folder) {
    (self.primaries, self.replicas, self.folder) = (primaries, replicas, folder)
  }

  /// Every server.
  public var servers: [RedisServer] { primaries + replicas }

  /// `redis+cluster://` with some of its servers.
  public var url: String {
    "redis+cluster://" + primaries.prefix(2).map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
  }

  /// Starts the servers, gives the slots to the primaries in equal parts, and waits until all of
  /// them agree.
  ///
  /// - Parameter timeout: after how many milliseconds the servers take each other for gone.
  public static func start(
    primaries: Int = 3, replicas: Int = 0, timeout: Int = 15_000
  ) async throws -> RedisCluster {
    let folder = try Folder()
    var servers: [RedisServer] = []
    for _ in 0..<(primaries * (1 + replicas)) {
      servers.append(try await startServer(folder, timeout))
    }
    let cluster = RedisCluster(
      primaries: Array(servers.prefix(primaries)), replicas: Array(servers.dropFirst(primaries)),
      folder: folder)
    try await cluster.join()
    return cluster
  }

  private static func startServer(_ folder: Folder, _ timeout: Int) async throws -> RedisServer {
    let bus = try ServerProcess.freePort()
    return try await RedisServer.start(
      .init([
        "--cluster-enabled", "yes", "--cluster-port", "\(bus)", "--cluster-config-file",
        "\(folder.path)/nodes-\(bus).conf", "--cluster-node-timeout", "\(timeout)", "--dir",
        folder.path, "--cluster-replica-validity-factor", "0",
      ]))
  }

  /// Ends every server.
  public func stop() { for server in servers { server.stop() } }

  /// The server whose name the cluster knows as `identifier`.
  public func server(named identifier: String) async throws -> RedisServer? {
    for server in servers where try await server.identifier() == identifier { return server }
    return nil
  }

  private func join() async throws {
    let share = 16_384 / primaries.count
    for (place, server) in primaries.enumerated() {
      let last = place == primaries.count - 1 ? 16_383 : share * (place + 1) - 1
      try await server.command(
        "CLUSTER", "ADDSLOTSRANGE", "\(share * place)", "\(last)")
    }
    for (place, server) in servers.enumerated() {
      try await server.command("CLUSTER", "SET-CONFIG-EPOCH", "\(place + 1)")
      guard place > 0 else { continue }
      let bus = try await server.command("CONFIG", "GET", "cluster-port")["cluster-port"]?.string
      try await primaries[0].command(
        "CLUSTER", "MEET", "127.0.0.1", "\(server.port)", bus ?? "")
    }
    try await agree()
    for (place, replica) in replicas.enumerated() {
      let primary = try await primaries[place % primaries.count].identifier()
      try await replica.command("CLUSTER", "REPLICATE", primary)
    }
    for replica in replicas {
      try await replica.wait(for: ["ROLE"]) { $0[3]?.string == "connected" }
    }
    try await agree()
  }

  /// Waits until every server knows all others and calls the cluster whole.
  private func agree() async throws {
    let followers = replicas.count
    for server in servers {
      try await server.wait(for: ["CLUSTER", "INFO"]) { answer in
        let text = answer.string ?? ""
        return text.contains("cluster_state:ok")
          && text.contains("cluster_known_nodes:\(primaries.count + followers)")
      }
    }
  }
}

extension RedisServer {
  /// The name by which a cluster knows the server.
  public func identifier() async throws -> String {
    try await command("CLUSTER", "MYID").string ?? ""
  }
}
