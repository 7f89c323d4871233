// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The answer to a command offered to a connection.
public enum RESPAdmission: Sendable, Hashable {
  /// The command is written and has a slot; its outcome will be told with this ticket.
  case sent(RESPTicket)
  /// The command was not written.
  case refused(RESPRefusal)
}
