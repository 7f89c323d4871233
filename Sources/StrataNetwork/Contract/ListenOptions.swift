// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How connections are accepted and bounded.
public struct ListenOptions: Sendable {
  /// How many connections may wait to be accepted.
  public var backlog: Int32 = 1_024

  /// How accepted connections are bounded; its `tls` and timeouts are not looked at.
  public var connection = ConnectOptions()

  /// Encrypts accepted connections; its identity is required.
  public var tls: TLSOptions?

  /// How long an accepted connection may take for its TLS handshake.
  public var handshakeTimeout: Duration = .seconds(10)

  /// The default options.
  public init() {}
}
