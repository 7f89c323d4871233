// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What the owner of a connection is to do next.
public enum RESPAction: Sendable, Hashable {
  /// Nothing until more bytes come, some are sent, or a deadline passes.
  case wait
  /// The handshake is done; commands are admitted.
  case ready
  /// Hand `frame` to the caller with this ticket.
  case reply(RESPTicket)
  /// Hand `frame` to whoever listens: it is a message, not a reply.
  case push
  /// There is room again after a command was refused as `full`.
  case vacant
  /// Tell the caller that its deadline has passed; whether the command took effect is unknown.
  case timedOut(RESPTicket)
  /// Close the transport. Said once; `failed` follows for each caller that still waits.
  case close(RESPConnectionError)
  /// Tell the caller that no reply will come, and what may have become of its command.
  case failed(RESPTicket, RESPFate)
}
