// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

extension RESPClient {
  /// `PTTL`: how long a key will live.
  public func lifetime(
    of key: some RESPArgument & Sendable, timeout: Duration? = nil
  ) async throws(RESPClientError) -> RESPLifetime {
    let milliseconds = try await send(isRepeatable: true, timeout: timeout) { writer in
      writer.command("PTTL", arguments: 1)
      key.write(to: &writer)
    } read: { (frame) throws(RESPClientError) in
      try frame.readInteger()
    }
    return switch milliseconds {
    case -2: .absent
    case -1: .endless
    default: .remaining(.milliseconds(max(0, milliseconds)))
    }
  }

  /// `TIME`: the server's clock, in microseconds since 1970.
  public func time(timeout: Duration? = nil) async throws(RESPClientError) -> UInt64 {
    try await send(isRepeatable: true, timeout: timeout) { writer in
      writer.command("TIME")
    } read: { (frame) throws(RESPClientError) in
      try frame.readTime()
    }
  }

  /// `PUBLISH`: sends a message and says how many received it, on this server.
  @discardableResult
  public func publish(
    _ message: some RESPArgument & Sendable, to channel: some RESPArgument & Sendable,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    try await send(timeout: timeout) { writer in
      writer.command("PUBLISH", arguments: 2)
      channel.write(to: &writer)
      message.write(to: &writer)
    } read: { (frame) throws(RESPClientError) in
      try frame.readInteger()
    }
  }

  /// `SCAN`: one page of the keys that match a pattern of the server's, and where to go on.
  ///
  /// A key that is there during the whole of a scan is on some page, perhaps on several.
  ///
  /// - Parameters:
  ///   - cursor: 0 at first, then what the page before returned; 0 again is the end.
  ///   - count: about how many keys the server looks at for one page.
  public func scan(
    from cursor: UInt64, matching pattern: some RESPArgument & Sendable, count: Int = 1000,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> (next: UInt64, keys: [[UInt8]]) {
    try await send(isRepeatable: true, timeout: timeout) { writer in
      writer.command("SCAN", arguments: 5)
      writer.argument(String(cursor))
      writer.argument("MATCH" as StaticString)
      pattern.write(to: &writer)
      writer.argument("COUNT" as StaticString)
      writer.argument(Int64(count))
    } read: { (frame) throws(RESPClientError) in
      let (next, keys) = try frame.withElements { (elements) throws(RESPClientError) in
        let next = try elements.next { (element) throws(RESPClientError) in
          UInt64(try element.readText()) ?? 0
        }
        let keys = try elements.next { (element) throws(RESPClientError) in
          try element.readArray { (key) throws(RESPClientError) in try key.readBytes() }
        }
        return (next, keys)
      }
      guard let next, let keys else { throw .unexpectedReply(frame.kind) }
      return (next, keys)
    }
  }
}

extension RESPFrame {
  /// The text of a string.
  public func readText() throws(RESPClientError) -> String {
    guard let string else { throw .unexpectedReply(kind) }
    return string
  }

  /// The answer to `TIME`, in microseconds.
  public func readTime() throws(RESPClientError) -> UInt64 {
    let parts = try readArray { (part) throws(RESPClientError) in try part.readInteger() }
    guard parts.count == 2, let seconds = UInt64(exactly: parts[0]),
      let rest = UInt64(exactly: parts[1]), seconds < 1 << 40, rest < 1_000_000
    else { throw .unexpectedReply(kind) }
    return seconds * 1_000_000 + rest
  }
}
