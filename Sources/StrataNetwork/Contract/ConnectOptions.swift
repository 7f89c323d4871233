// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How a connection is opened and bounded.
public struct ConnectOptions: Sendable {
  /// How long name resolution, connecting and the TLS handshake may take together.
  public var timeout: Duration = .seconds(5)

  /// How long an address has to answer before the next one is tried beside it (RFC 8305).
  public var attemptDelay: Duration = .milliseconds(250)

  /// After how much idle time the system probes whether the peer is there; `nil` for never.
  public var keepAlive: Duration? = .seconds(60)

  /// How long sent bytes may stay unacknowledged before the connection fails; `nil` leaves it to
  /// the system (about 15 minutes). Linux only.
  public var acknowledgeTimeout: Duration?

  /// How many unsent bytes count as many: ``ConnectionHandler/drained(_:)`` is called when they
  /// have become few again.
  public var highWater = 1 << 20

  /// How many bytes may wait to be sent at most.
  public var maximumUnsent = 64 << 20

  /// Whether the connection stays open for writing after the peer has finished sending.
  public var allowsHalfClosure = false

  /// Encrypts and verifies the connection; `nil` for plain text.
  public var tls: TLSOptions?

  /// The default options.
  public init() {}

  /// The default options over TLS.
  public init(tls: TLSOptions) { self.tls = tls }
}
