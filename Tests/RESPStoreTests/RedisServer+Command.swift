// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP
import RESPClient
import RedisServer
import StrataCore
import StrataNetwork
import StrataSystem

extension RedisServer {
  /// Runs one command on a connection of its own, as `redis-cli` does.
  @discardableResult
  func command(_ name: String, _ arguments: String...) async throws -> RESPValue {
    try await command(words: [name] + arguments)
  }

  /// Runs one command on a connection of its own.
  @discardableResult
  func command(words: [String]) async throws -> RESPValue {
    let network = SocketNetwork()
    defer { network.shutDown() }
    let runtime = CacheRuntime.live(reporter: SilentReporter(), network: network, disk: false)
    let client = try RESPClient(RESPClientConfiguration(url: url), runtime: runtime)
    client.start()
    do {
      let reply = try await client.command(words.first ?? "", Array(words.dropFirst()))
      await client.close()
      return reply
    } catch {
      await client.close()
      throw error
    }
  }

  /// The calls of each command since the server started or was asked to forget them.
  func counts() async throws -> [String: Int] {
    var counts: [String: Int] = [:]
    for line in (try await command("INFO", "commandstats").string ?? "").split(
      whereSeparator: \.isNewline) where line.hasPrefix("cmdstat_")
    {
      let parts = line.dropFirst("cmdstat_".count).split(separator: ":")
      guard parts.count == 2, let calls = parts[1].split(separator: ",").first else { continue }
      counts[String(parts[0])] = Int(calls.dropFirst("calls=".count))
    }
    return counts
  }
}
