// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

extension RESPSender {
  /// `SADD`: adds members and says how many of them are new.
  @discardableResult
  public func addMembers(
    _ members: [any RESPArgument & Sendable], to key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("SADD", key, members, .once, timeout)
  }

  /// `SREM`: removes members and says how many there were.
  @discardableResult
  public func removeMembers(
    _ members: [any RESPArgument & Sendable], from key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("SREM", key, members, .once, timeout)
  }

  /// `SISMEMBER`: whether something is a member.
  public func isMember(
    _ member: any RESPArgument & Sendable, of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Bool {
    try await isTrue("SISMEMBER", key, [member], .reading, timeout)
  }

  /// `SMEMBERS`: every member.
  public func members(
    of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Set<[UInt8]> {
    Set(try await list("SMEMBERS", key, [], .reading, timeout))
  }

  /// `SCARD`: how many members there are.
  public func memberCount(
    of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("SCARD", key, [], .reading, timeout)
  }
}
