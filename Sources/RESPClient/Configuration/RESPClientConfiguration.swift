// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
public import StrataCore
public import StrataNetwork

/// Where a client connects to, as whom, and what bounds it.
public struct RESPClientConfiguration: Sendable {
  /// The server.
  public var endpoint: Endpoint

  /// Who logs in, under which name and to which database; and the limits of the connection.
  public var connection: RESPConfiguration

  /// How the transport is opened; its `tls` encrypts it.
  public var transport: ConnectOptions

  /// How long a command may take where the call does not say (1 s).
  public var timeout: Duration

  /// How long to wait between attempts to connect.
  public var backoff: Backoff

  /// How often a connection with subscriptions is asked whether it lives (5 s).
  public var heartbeat: Duration

  /// A configuration with the defaults given at each property.
  public init(endpoint: Endpoint) {
    self.endpoint = endpoint
    connection = RESPConfiguration(handshakeTimeout: .seconds(1))
    transport = ConnectOptions()
    transport.timeout = .seconds(2)
    transport.acknowledgeTimeout = .seconds(10)
    timeout = .seconds(1)
    backoff = Backoff()
    heartbeat = .seconds(5)
  }
}
