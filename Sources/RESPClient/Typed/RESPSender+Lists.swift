// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

extension RESPSender {
  /// `LPUSH`, `RPUSH`: adds elements one after the other at an end; returns how many there are
  /// then.
  @discardableResult
  public func push(
    _ elements: [any RESPArgument & Sendable], to end: RESPListEnd, of key: RESPKey,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count(end == .front ? "LPUSH" : "RPUSH", key, elements, .once, timeout)
  }

  /// `LPOP`, `RPOP`: takes away the element at an end; `nil` where there is none.
  public func pop(
    from end: RESPListEnd, of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> [UInt8]? {
    try await bytes(end == .front ? "LPOP" : "RPOP", key, [], .once, timeout)
  }

  /// `LMOVE`: takes away the element at an end and adds it at an end of another list, in one step:
  /// the queue whose elements are not lost with whoever works on them.
  public func move(
    from end: RESPListEnd, of key: RESPKey, to other: RESPListEnd, of target: RESPKey,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> [UInt8]? {
    let word = { (end: RESPListEnd) -> StaticString in end == .front ? "LEFT" : "RIGHT" }
    return try await bytes("LMOVE", key, [target, word(end), word(other)], .once, timeout)
  }

  /// `LRANGE`: the elements from one place to another, counted from 0, or from -1 backwards.
  public func elements(
    from first: Int = 0, through last: Int = -1, of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> [[UInt8]] {
    try await list("LRANGE", key, [first, last], .reading, timeout)
  }

  /// `LREM`: removes the first elements that are equal to a value; returns how many they were.
  @discardableResult
  public func removeElements(
    equalTo value: any RESPArgument & Sendable, atMost most: Int = 1, of key: RESPKey,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("LREM", key, [max(1, most), value], .once, timeout)
  }

  /// `LTRIM`: keeps the elements from one place to another.
  public func trimElements(
    from first: Int, through last: Int, of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) {
    try await ask("LTRIM", key, [first, last], .repeatable, timeout: timeout) {
      (frame) throws(RESPClientError) in try frame.readOK()
    }
  }

  /// `LLEN`: how many elements there are.
  public func elementCount(
    of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("LLEN", key, [], .reading, timeout)
  }
}
