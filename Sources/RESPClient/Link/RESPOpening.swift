// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

/// A command that a client sends first on every new connection, before any of a caller's.
///
/// For what belongs to a connection: subscriptions, the server's time, scripts.
public struct RESPOpening: Sendable {
  /// Writes one command; the number says how many connections there have been with this one.
  public var write: @Sendable (inout RESPWriter, _ generation: UInt64) -> Void
  /// Takes the reply, an error too, before that of any later command is handed out. What it throws
  /// is dropped, but for `unexpectedReply`, which ends the connection.
  public var read:
    @Sendable (borrowing RESPFrame, _ generation: UInt64) throws(RESPClientError) -> Void

  /// Creates an opening. Both closures run under the client's lock: they must be short and must not
  /// call the client.
  public init(
    write: @escaping @Sendable (inout RESPWriter, UInt64) -> Void,
    read:
      @escaping @Sendable (borrowing RESPFrame, UInt64) throws(RESPClientError) -> Void
  ) {
    self.write = write
    self.read = read
  }
}
