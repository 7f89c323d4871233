// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import ServerProcess
public import RESP
internal import RESPClient
internal import StrataCore
internal import StrataNetwork
internal import StrataSystem

extension RedisServer {
  /// Runs one command on a connection of its own, as `redis-cli` does.
  @discardableResult
  public func command(_ name: String, _ arguments: String...) async throws -> RESPValue {
    try await command(words: [name] + arguments)
  }

  /// Runs one command on a connection of its own.
  @discardableResult
  public func command(words: [String]) async throws -> RESPValue {
    let network = SocketNetwork()
    defer { network.shutDown() }
    let runtime = CacheRuntime.live(reporter: SilentReporter(), network: network, disk: false)
    var configuration = try RESPClientConfiguration(url: url)
    // What is tested with it is not time, and the machine may be busy.
    configuration.timeout = .seconds(30)
    let client = try RESPClient(configuration, runtime: runtime)
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
  public func counts() async throws -> [String: Int] {
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

  /// Asks again and again until the answer is right; the last answer is in the error otherwise.
  public func wait(
    for words: [String], atMost time: Duration = .seconds(60),
    until isRight: (RESPValue) -> Bool
  ) async throws {
    let clock = CacheRuntime.live(reporter: SilentReporter(), disk: false).clock
    let deadline = clock.now + time
    while true {
      let answer = try? await command(words: words)
      if let answer, isRight(answer) { return }
      guard clock.now < deadline else {
        throw Unavailable(
          description: "\(words.joined(separator: " ")) does not get there: \(answer ?? .null)")
      }
      try await clock.sleep(for: .milliseconds(20))
    }
  }
}
