// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import RESPClient
import RedisServer
import StrataCore
import StrataNetwork
import StrataSystem

/// A client of a server in the live world, closed at the end.
func withClient<Result: Sendable>(
  _ configuration: RESPClientConfiguration, openings: [RESPOpening] = [],
  onEvent: @escaping @Sendable (RESPEvent) -> Void = { _ in },
  _ body: (RESPClient) async throws -> Result
) async throws -> Result {
  let network = SocketNetwork()
  defer { network.shutDown() }
  let runtime = CacheRuntime.live(reporter: SilentReporter(), network: network, disk: false)
  let client = try RESPClient(
    configuration, runtime: runtime, openings: openings, onEvent: onEvent)
  client.start()
  do {
    let result = try await body(client)
    await client.close()
    return result
  } catch {
    await client.close()
    throw error
  }
}

/// A client of a new server.
func withServer<Result: Sendable>(
  _ arguments: [String] = [], _ body: (RESPClient, RedisServer) async throws -> Result
) async throws -> Result {
  let server = try await RedisServer.start(.init(arguments))
  defer { server.stop() }
  var configuration = try RESPClientConfiguration(url: server.url)
  // What is tested here is not time, and the machine may be busy.
  configuration.timeout = .seconds(60)
  return try await withClient(configuration) { client in try await body(client, server) }
}

/// The calls of each command since the server started, as it counts them itself.
func commandCounts(_ client: RESPClient) async throws -> [String: Int] {
  let text = try await client.command("INFO", ["commandstats"]).string ?? ""
  var counts: [String: Int] = [:]
  for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("cmdstat_") {
    let parts = line.dropFirst("cmdstat_".count).split(separator: ":")
    guard parts.count == 2, let calls = parts[1].split(separator: ",").first else { continue }
    counts[String(parts[0])] = Int(calls.dropFirst("calls=".count))
  }
  return counts
}
