// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How a connection behaves and what it is bounded by.
public struct RESPConfiguration: Sendable, Hashable {
  /// What the server is told at the beginning.
  public var session: RESPSession

  /// What is accepted from the server.
  public var limits: RESPLimits

  /// The most commands that may wait for their replies (16,384; 1 to 2^20); one slot is 32 bytes.
  public var outstanding: Int

  /// When this many bytes wait to be sent, no further command is admitted (16 MiB; at least 1).
  public var unsentBytes: Int

  /// How long the handshake may take (5 s).
  public var handshakeTimeout: Duration

  /// How long the oldest reply may be overdue, its caller gone, before the connection closes (1 s).
  public var grace: Duration

  /// A configuration with the defaults given at each property.
  public init(
    session: RESPSession = RESPSession(), limits: RESPLimits = RESPLimits(),
    outstanding: Int = 16_384, unsentBytes: Int = 16 << 20,
    handshakeTimeout: Duration = .seconds(5), grace: Duration = .seconds(1)
  ) {
    self.session = session
    self.limits = limits
    self.outstanding = outstanding
    self.unsentBytes = unsentBytes
    self.handshakeTimeout = handshakeTimeout
    self.grace = grace
  }
}

extension Duration {
  /// The duration in nanoseconds, held to what fits; 0 when it is negative.
  var wholeNanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = whole.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
    return overflow || carry ? .max : sum
  }
}

extension UInt64 {
  /// A moment this long after another; the far end of time instead of an overflow.
  func later(by nanoseconds: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(nanoseconds)
    return overflow ? .max : sum
  }
}
