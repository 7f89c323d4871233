// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Why a connection ended.
///
/// Codes of the server are only passed on when they are well-known words, so that nothing the
/// server echoes, a password least of all, comes to light here.
public enum RESPConnectionError: Error, Sendable, Hashable {
  /// The bytes received are not RESP or exceed the limits.
  case protocolViolation(RESPProtocolError)
  /// A frame arrived that belongs to no command sent; `code` says which error it was, if it was
  /// one.
  case unexpectedFrame(code: String?)
  /// The server asks for a password and none is configured.
  case authenticationRequired
  /// The server refused the user or the password.
  case authenticationFailed
  /// The server refused the handshake with an error of this code.
  case handshakeRejected(code: String)
  /// The handshake did not finish in time.
  case handshakeTimedOut
  /// The oldest reply is overdue by more than the grace: the server hangs, or the network does.
  case stalled
  /// The transport closed or failed.
  case disconnected
  /// The owner asked for it, and every reply owed has come.
  case finished
}

extension RESPConnectionError {
  /// The code of an error frame when it is a word that can hold no secret; nil for other frames.
  static func code(of frame: borrowing RESPFrame) -> String? {
    guard let error = frame.error else { return nil }
    if error.message == "ERR max number of clients reached" { return "MAXCLIENTS" }
    return known.contains(error.code) ? error.code : "unknown"
  }

  private static let known: Set<String> = [
    "ERR", "NOAUTH", "WRONGPASS", "NOPERM", "NOPROTO", "DENIED", "LOADING", "MASTERDOWN",
    "READONLY", "MISCONF", "BUSY", "CLUSTERDOWN", "OOM", "UNKILLABLE", "EXECABORT",
  ]
}
