// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
public import StrataCore

extension RESPStore: LockingStore {
  /// Takes a lock that is free, over, or this token's.
  public func acquire(
    _ lock: CacheKey, token: LockToken, for lifetime: Duration
  ) async throws -> Bool {
    try await change(lock, RESPScripts.acquire, token, lifetime, in: "acquire")
  }

  /// Prolongs a lock that is this token's.
  public func extend(
    _ lock: CacheKey, token: LockToken, for lifetime: Duration
  ) async throws -> Bool {
    try await change(lock, RESPScripts.extend, token, lifetime, in: "extend")
  }

  /// Gives back a lock that is this token's.
  @discardableResult
  public func release(_ lock: CacheKey, token: LockToken) async throws -> Bool {
    // Repeated, it would say that there was nothing to give back.
    try await change(lock, RESPScripts.release, token, nil, in: "release")
  }

  private func change(
    _ lock: CacheKey, _ script: RESPScript, _ token: LockToken, _ lifetime: Duration?,
    in operation: StaticString
  ) async throws -> Bool {
    var arguments: [any RESPArgument & Sendable] = [token.description]
    if let lifetime { arguments.append(Self.milliseconds(lifetime)) }
    do throws(RESPClientError) {
      let name = keys.lock(lock)
      return try await fleet.run(
        script, slot: fleet.slot(of: name), keys: [name], arguments: arguments,
        RESPErrand(isRepeatable: lifetime != nil)
      ) { _ in
        { (frame) throws(RESPClientError) in try frame.readInteger() == 1 }
      }
    } catch {
      throw failure(error, in: operation)
    }
  }

  static func milliseconds(_ time: Duration) -> Int64 {
    min(max(1, time.saturatingNanoseconds / 1_000_000), 100 * 365 * 86_400_000)
  }
}

extension RESPStore: MessageTransport {
  /// Publishes a message to every node that has subscribed on the server that has the channel.
  public func publish(_ message: [UInt8], on channel: String) async throws {
    do throws(RESPClientError) {
      try await fleet.publish(message, to: keys.channel(channel))
    } catch {
      throw failure(error, in: "publish")
    }
  }

  /// Hands everything on `channel` to `receive`, on a connection of its own.
  public func subscribe(
    to channel: String, _ receive: @escaping @Sendable (TransportEvent) -> Void
  ) -> any TransportSubscription {
    RESPChannel(fleet, channel: keys.channel(channel), runtime: runtime, receive)
  }
}
