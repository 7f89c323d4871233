// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

/// Whoever sends a command to the server that has its key: the client of one server, or a fleet.
///
/// The typed commands are its extensions, so that they are the same everywhere.
public protocol RESPSender: Sendable {
  /// Sends one command about `key`.
  nonisolated(nonsending) func send<Value: Sendable>(
    about key: RESPKey, _ errand: RESPErrand, timeout: Duration?,
    _ write: (inout RESPWriter) -> Void, read: @escaping RESPReading<Value>
  ) async throws(RESPClientError) -> Value
}

extension RESPClient: RESPSender {
  /// Sends the command to the only server there is.
  public nonisolated(nonsending) func send<Value: Sendable>(
    about key: RESPKey, _ errand: RESPErrand, timeout: Duration?,
    _ write: (inout RESPWriter) -> Void, read: @escaping RESPReading<Value>
  ) async throws(RESPClientError) -> Value {
    try await send(isRepeatable: errand.isRepeatable, timeout: timeout, write, read: read)
  }
}

extension RESPFleet: RESPSender {
  /// Sends the command to the server that holds the key.
  public nonisolated(nonsending) func send<Value: Sendable>(
    about key: RESPKey, _ errand: RESPErrand, timeout: Duration?,
    _ write: (inout RESPWriter) -> Void, read: @escaping RESPReading<Value>
  ) async throws(RESPClientError) -> Value {
    try await send(
      slot: slot(of: key.bytes), errand, timeout: timeout, { writer, _ in write(&writer) },
      read: { _ in read })
  }
}

extension RESPSender {
  /// Sends a command whose first argument is its key, and reads its reply in place.
  public func ask<Value: Sendable>(
    _ name: StaticString, _ key: RESPKey, _ arguments: [any RESPArgument & Sendable] = [],
    _ errand: RESPErrand = .once, timeout: Duration? = nil, read: @escaping RESPReading<Value>
  ) async throws(RESPClientError) -> Value {
    try await send(
      about: key, errand, timeout: timeout,
      { writer in
        writer.command(name, arguments: 1 + arguments.count)
        key.write(to: &writer)
        for argument in arguments { argument.write(to: &writer) }
      }, read: read)
  }

  /// The same for a command that answers with a number.
  func count(
    _ name: StaticString, _ key: RESPKey, _ arguments: [any RESPArgument & Sendable] = [],
    _ errand: RESPErrand = .once, _ timeout: Duration?
  ) async throws(RESPClientError) -> Int64 {
    try await ask(name, key, arguments, errand, timeout: timeout) {
      (frame) throws(RESPClientError) in try frame.readInteger()
    }
  }

  /// The same for a command that answers with 1 for yes.
  func isTrue(
    _ name: StaticString, _ key: RESPKey, _ arguments: [any RESPArgument & Sendable] = [],
    _ errand: RESPErrand = .once, _ timeout: Duration?
  ) async throws(RESPClientError) -> Bool {
    try await count(name, key, arguments, errand, timeout) == 1
  }

  /// The same for a command that answers with bytes or nothing.
  func bytes(
    _ name: StaticString, _ key: RESPKey, _ arguments: [any RESPArgument & Sendable] = [],
    _ errand: RESPErrand = .once, _ timeout: Duration?
  ) async throws(RESPClientError) -> [UInt8]? {
    try await ask(name, key, arguments, errand, timeout: timeout) {
      (frame) throws(RESPClientError) in try frame.readOptionalBytes()
    }
  }

  /// The same for a command that answers with several of them.
  func list(
    _ name: StaticString, _ key: RESPKey, _ arguments: [any RESPArgument & Sendable] = [],
    _ errand: RESPErrand = .once, _ timeout: Duration?
  ) async throws(RESPClientError) -> [[UInt8]] {
    try await ask(name, key, arguments, errand, timeout: timeout) {
      (frame) throws(RESPClientError) in
      try frame.readArray { (element) throws(RESPClientError) in try element.readBytes() }
    }
  }
}
