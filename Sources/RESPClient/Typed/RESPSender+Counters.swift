// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP

extension RESPSender {
  /// `INCRBY`: adds to a number, 0 where there is none, and returns the sum.
  @discardableResult
  public func increment(
    _ key: RESPKey, by amount: Int64 = 1, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await count("INCRBY", key, [amount], .once, timeout)
  }

  /// `INCRBYFLOAT`: the same for numbers with a fraction.
  @discardableResult
  public func increment(
    _ key: RESPKey, by amount: Double, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Double {
    try await ask("INCRBYFLOAT", key, [amount], .once, timeout: timeout) {
      (frame) throws(RESPClientError) in try frame.readDouble()
    }
  }

  /// `PEXPIRE`: lets a key live for so long from now on; `false` where there is none.
  @discardableResult
  public func expire(
    _ key: RESPKey, after time: Duration, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Bool {
    try await isTrue("PEXPIRE", key, [max(0, time.wholeMilliseconds)], .repeatable, timeout)
  }

  /// `PERSIST`: lets a key live for ever; `false` where there is none, or where it does already.
  @discardableResult
  public func persist(
    _ key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Bool {
    try await isTrue("PERSIST", key, [], .once, timeout)
  }

  /// `EXISTS`: whether there is such a key.
  public func exists(
    _ key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Bool {
    try await isTrue("EXISTS", key, [], .reading, timeout)
  }

  /// `MEMORY USAGE`: the bytes that a key takes up; `nil` where there is none.
  public func memory(
    of key: RESPKey, timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64? {
    try await send(
      about: key, .reading, timeout: timeout,
      { writer in
        writer.command("MEMORY", "USAGE" as StaticString, key)
      },
      read: { (frame) throws(RESPClientError) in frame.isNull ? nil : try frame.readInteger() })
  }
}
