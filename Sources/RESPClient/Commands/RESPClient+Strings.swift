// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

extension RESPClient {
  /// Sends any command and returns its whole reply; an error the server answers with is thrown.
  ///
  /// - Parameter isRepeatable: whether it may run twice, whatever others do in between.
  public func command(
    _ name: String, _ arguments: [any RESPArgument & Sendable] = [], isRepeatable: Bool = false,
    timeout: Duration? = nil
  ) async throws(RESPClientError) -> RESPValue {
    try await send(isRepeatable: isRepeatable, timeout: timeout) { writer in
      writer.command(named: name, arguments: arguments.count)
      for argument in arguments { argument.write(to: &writer) }
    } read: { (frame) throws(RESPClientError) in
      frame.value()
    }
  }

  /// `GET`: the value of a key; `nil` where there is none.
  public nonisolated(nonsending) func get(
    _ key: some RESPArgument, timeout: Duration? = nil
  ) async throws(RESPClientError) -> [UInt8]? {
    try await send(isRepeatable: true, timeout: timeout) { writer in
      writer.command("GET", arguments: 1)
      key.write(to: &writer)
    } read: { (frame) throws(RESPClientError) in
      try frame.readOptionalBytes()
    }
  }

  /// `GET`: the value of a key; `nil` where there is none. Specialised, being what is called most.
  public nonisolated(nonsending) func get(
    _ key: [UInt8], timeout: Duration? = nil
  ) async throws(RESPClientError) -> [UInt8]? {
    try await send(isRepeatable: true, timeout: timeout) { writer in
      writer.command("GET", arguments: 1)
      writer.argument(key)
    } read: { (frame) throws(RESPClientError) in
      try frame.readOptionalBytes()
    }
  }

  /// `MGET`: the values of keys, in their order.
  public nonisolated(nonsending) func get(
    _ keys: [[UInt8]], timeout: Duration? = nil
  ) async throws(RESPClientError) -> [[UInt8]?] {
    if keys.isEmpty { return [] }
    return try await send(isRepeatable: true, timeout: timeout) { writer in
      writer.command("MGET", arguments: keys.count)
      for key in keys { writer.argument(key) }
    } read: { (frame) throws(RESPClientError) in
      try frame.readArray { (element) throws(RESPClientError) in try element.readOptionalBytes() }
    }
  }

  /// `MGET`: the values of keys, in their order.
  public nonisolated(nonsending) func get(
    _ keys: [String], timeout: Duration? = nil
  ) async throws(RESPClientError) -> [[UInt8]?] {
    try await get(keys.map { Array($0.utf8) }, timeout: timeout)
  }

  /// `SET`: stores a value, for `expiry` where that is given, else for ever.
  public nonisolated(nonsending) func set(
    _ key: some RESPArgument, _ value: some RESPArgument, expiry: Duration? = nil,
    timeout: Duration? = nil
  ) async throws(RESPClientError) {
    let milliseconds = expiry.map { max(1, $0.wholeMilliseconds) }
    try await send(timeout: timeout) { writer in
      writer.command("SET", arguments: milliseconds == nil ? 2 : 4)
      key.write(to: &writer)
      value.write(to: &writer)
      guard let milliseconds else { return }
      writer.argument("PX" as StaticString)
      writer.argument(milliseconds)
    } read: { (frame) throws(RESPClientError) in
      try frame.readOK()
    }
  }

  /// `DEL`: removes keys and says how many there were.
  @discardableResult
  public nonisolated(nonsending) func remove(
    _ keys: [some RESPArgument], timeout: Duration? = nil
  ) async throws(RESPClientError) -> Int64 {
    if keys.isEmpty { return 0 }
    return try await send(timeout: timeout) { writer in
      writer.command("DEL", arguments: keys.count)
      for key in keys { key.write(to: &writer) }
    } read: { (frame) throws(RESPClientError) in
      try frame.readInteger()
    }
  }
}

extension Duration {
  /// The duration in milliseconds, rounded up, held to what fits.
  var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    if overflow { return seconds > 0 ? .max : .min }
    let part = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    let (sum, carried) = scaled.addingReportingOverflow(part)
    return carried ? .max : sum
  }
}
