// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

extension RESPSender {
  /// `HSET`: sets fields and says how many of them are new.
  @discardableResult
  public func setFields(
    _ fields: [(RESPKey, any RESPArgument & Sendable)], of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    var arguments: [any RESPArgument & Sendable] = []
    for (field, value) in fields { arguments += [field, value] }
    return try await count("HSET", key, arguments, .once, timeout)
  }

  /// `HGET`: the value of a field; `nil` where there is none.
  public func field(
    _ field: RESPKey, of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> [UInt8]? {
    try await bytes("HGET", key, [field], .reading, timeout)
  }

  /// `HMGET`: the values of fields, in their order.
  public func fields(
    _ fields: [RESPKey], of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> [[UInt8]?] {
    if fields.isEmpty { return [] }
    return try await ask("HMGET", key, fields, .reading, timeout: timeout) {
      (frame) throws(RESPClientError) in
      try frame.readArray { (element) throws(RESPClientError) in try element.readOptionalBytes() }
    }
  }

  /// `HGETALL`: every field with its value.
  public func fields(
    of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> [RESPKey: [UInt8]] {
    try await ask("HGETALL", key, [], .reading, timeout: timeout) {
      (frame) throws(RESPClientError) in
      var fields: [RESPKey: [UInt8]] = [:]
      for (field, value) in try frame.value().readPairs() { fields[RESPKey(field)] = value }
      return fields
    }
  }

  /// `HDEL`: removes fields and says how many there were.
  @discardableResult
  public func removeFields(
    _ fields: [RESPKey], of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    fields.isEmpty ? 0 : try await count("HDEL", key, fields, .once, timeout)
  }

  /// `HINCRBY`: adds to a field that is a number, and returns the sum.
  @discardableResult
  public func increment(
    field: RESPKey, of key: RESPKey, by amount: Int64 = 1, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("HINCRBY", key, [field, amount], .once, timeout)
  }

  /// `HLEN`: how many fields there are.
  public func fieldCount(
    of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("HLEN", key, [], .reading, timeout)
  }
}

extension RESPValue {
  /// Pairs of bytes: a map, or a list of one after the other.
  func readPairs() throws(RESPClientError) -> [([UInt8], [UInt8])] {
    guard let pairs else { throw .unexpectedReply(.array) }
    var found: [([UInt8], [UInt8])] = []
    for pair in pairs {
      guard let key = pair.key.bytes, let value = pair.value.bytes else {
        throw .unexpectedReply(.map)
      }
      found.append((key, value))
    }
    return found
  }
}
