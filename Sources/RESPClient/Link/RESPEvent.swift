// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP

/// What happens to the connection of a client, in order, told on the connection's loop.
public enum RESPEvent: Sendable {
  /// A connection stands and commands are sent; the number counts them from 1.
  case connected(generation: UInt64)
  /// Every opening of that connection has been answered, with or without an error.
  case opened(generation: UInt64)
  /// The connection is gone; the next one is being made.
  case lost(RESPConnectionError)
  /// No connection could be made; it is tried again after the delay.
  case failed(RESPConnectionError?, retryIn: Duration)
  /// The server sent a message that is no reply.
  case push(RESPValue)
}
