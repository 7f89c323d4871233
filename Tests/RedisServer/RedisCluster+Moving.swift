// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import ServerProcess
internal import RESP

extension RedisCluster {
  /// Who holds a slot, as the first server says.
  public func holder(of slot: Int) async throws -> RedisServer {
    let answer = try await primaries[0].command("CLUSTER", "SLOTS")
    for range in answer.elements ?? [] {
      guard let first = range[0]?.integer, let last = range[1]?.integer,
        first...last ~= Int64(slot), let port = range[2]?[1]?.integer
      else { continue }
      if let server = servers.first(where: { $0.port == Int(port) }) { return server }
    }
    throw RedisServer.Unavailable(description: "nobody holds the slot \(slot)")
  }

  /// The slot of a name, as the servers say.
  public func slot(of name: String) async throws -> Int {
    Int(try await primaries[0].command("CLUSTER", "KEYSLOT", name).integer ?? -1)
  }

  /// Lets a slot be at two servers.
  public func beginMove(_ slot: Int, from source: RedisServer, to target: RedisServer) async throws
  {
    try await target.command(
      "CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", try await source.identifier())
    try await source.command(
      "CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", try await target.identifier())
  }

  /// Carries one name over.
  public func carry(_ name: [UInt8], from source: RedisServer, to target: RedisServer) async throws
  {
    try await source.command(
      "MIGRATE", "127.0.0.1", "\(target.port)", String(decoding: name, as: UTF8.self), "0", "10000")
  }

  /// Gives the slot to its new server, for all.
  public func endMove(_ slot: Int, to target: RedisServer) async throws {
    let identifier = try await target.identifier()
    for server in [target] + primaries.filter({ $0 !== target }) {
      try await server.command("CLUSTER", "SETSLOT", "\(slot)", "NODE", identifier)
    }
  }
}
