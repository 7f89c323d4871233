// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Whoever hears of what happens on a connection.
///
/// Every callback runs on the connection's loop and none inside another of the same connection,
/// even where the handler writes, closes or pauses from within. Callbacks must not block: the loop
/// serves other connections too.
public protocol ConnectionHandler: AnyObject, Sendable {
  /// The connection stands; bytes may be written. Called once, before everything else.
  func opened(_ connection: any Connection)

  /// Bytes have arrived; they are valid during this call only.
  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection)

  /// Somebody called ``Connection/wake()``. What is written here leaves in this turn's write.
  func woken(_ connection: any Connection)

  /// More than ``ConnectOptions/highWater`` bytes waited, and now less than half of that do.
  func drained(_ connection: any Connection)

  /// The peer has finished sending. Without ``ConnectOptions/allowsHalfClosure`` the connection is
  /// closed right after, once what waits has been sent.
  func inputEnded(_ connection: any Connection)

  /// The connection is gone: `nil` where it was closed in order, by either side. Called once, last.
  func closed(_ connection: any Connection, error: NetworkError?)
}

extension ConnectionHandler {
  /// Does nothing.
  public func opened(_ connection: any Connection) {}
  /// Does nothing.
  public func woken(_ connection: any Connection) {}
  /// Does nothing.
  public func drained(_ connection: any Connection) {}
  /// Does nothing.
  public func inputEnded(_ connection: any Connection) {}
}
