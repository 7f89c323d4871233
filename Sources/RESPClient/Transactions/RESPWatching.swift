// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
public import StrataCore

/// A connection for transactions that depend on what was read before them.
///
/// ```swift
/// let watching = try RESPWatching(configuration, runtime: runtime)
/// let replies = try await watching.run(watching: ["stock"]) { (client) async throws(RESPClientError) in
///   guard let stock = try await client.get("stock"), stock != Array("0".utf8) else { return nil }
///   var sale = RESPTransaction()
///   sale.add("DECR", "stock")
///   return sale
/// }
/// ```
///
/// What is watched belongs to a connection, and any transaction on it ends all watching. So this is
/// a connection of its own, and one transaction at a time: others wait for their turn.
public final class RESPWatching: Sendable {
  private let client: RESPClient
  private let turn = Lock<(isTaken: Bool, waiting: [UnsafeContinuation<Void, Never>])>((false, []))

  /// Creates the connection, and connects it.
  public init(
    _ configuration: RESPClientConfiguration, runtime: CacheRuntime
  ) throws(RESPClientError) {
    client = try RESPClient(configuration, runtime: runtime)
    client.start()
  }

  /// Reads and then changes something, unless others change what is watched in between; then it
  /// begins again, for a number of times.
  ///
  /// - Parameters:
  ///   - keys: what must not change in between.
  ///   - attempts: how often it is tried at most.
  ///   - prepare: reads over the client it is given, and says what to do; `nil` is nothing. It may
  ///     be called several times.
  /// - Returns: the replies; `nil` where there was nothing to do, or others were always in between.
  public func run(
    watching keys: [RESPKey], attempts: Int = 16, timeout: Duration? = nil,
    _ prepare: (RESPClient) async throws(RESPClientError) -> RESPTransaction?
  ) async throws(RESPClientError) -> [RESPValue]? {
    await take()
    defer { giveBack() }
    for _ in 0..<max(1, attempts) {
      await client.waitUntilConnected(atMost: timeout ?? client.configuration.timeout)
      // A connection that is lost in between has forgotten what it watched.
      let generation = client.generation
      do throws(RESPClientError) {
        try await watch(keys, generation, timeout)
        guard let transaction = try await prepare(client) else {
          try await unwatch(generation, timeout)
          return nil
        }
        if let replies = try await client.attempt(transaction, generation, timeout) {
          return replies
        }
      } catch .otherConnection {
        continue
      } catch {
        try? await unwatch(generation, timeout)
        throw error
      }
    }
    return nil
  }

  /// Closes the connection.
  public func close() async { await client.close() }

  private func watch(
    _ keys: [RESPKey], _ generation: UInt64, _ timeout: Duration?
  ) async throws(RESPClientError) {
    if keys.isEmpty { return }
    try await client.send(timeout: timeout, generation: generation) { writer in
      writer.command("WATCH", arguments: keys.count)
      for key in keys { key.write(to: &writer) }
    } read: { (frame) throws(RESPClientError) in
      try frame.readOK()
    }
  }

  private func unwatch(
    _ generation: UInt64, _ timeout: Duration?
  ) async throws(RESPClientError) {
    try await client.send(timeout: timeout, generation: generation) { writer in
      writer.command("UNWATCH")
    } read: { (frame) throws(RESPClientError) in
      try frame.readOK()
    }
  }

  private func take() async {
    await withUnsafeContinuation { continuation in
      let isMine = turn.withLock { turn in
        if turn.isTaken { turn.waiting.append(continuation) }
        defer { turn.isTaken = true }
        return !turn.isTaken
      }
      if isMine { continuation.resume() }
    }
  }

  private func giveBack() {
    let next = turn.withLock { turn -> UnsafeContinuation<Void, Never>? in
      guard !turn.waiting.isEmpty else {
        turn.isTaken = false
        return nil
      }
      return turn.waiting.removeFirst()
    }
    next?.resume()
  }
}
