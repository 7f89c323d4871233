// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Why a connection did not take a command. No byte of a refused command is ever sent.
public enum RESPRefusal: Error, Sendable, Hashable {
  /// The handshake is not done.
  case notReady
  /// The connection is closed or is about to be.
  case closed
  /// As many commands or bytes as allowed are outstanding; `RESPAction.vacant` will say when to try
  /// again.
  case full
  /// What was written is not exactly one command with as many arguments as it was opened with.
  case malformed
  /// The command is one that does not get exactly one reply, or that changes the protocol beneath
  /// the connection (`MONITOR`, `CLIENT REPLY`, `HELLO`, `RESET`, `UNSUBSCRIBE` from everything …):
  /// every later reply could reach the wrong caller.
  case unsupported
  /// Subscriptions have taken over this RESP2 connection; only they and `PING` may be sent.
  case subscribed
}
