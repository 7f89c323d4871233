// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// What the runtime's network door can do: open connections and accept them.
///
/// ```swift
/// guard let network = runtime.network as? any Network else { … }
/// let connection = try await network.connect(to: endpoint, handler: handler)
/// ```
///
/// ``SocketNetwork`` is the real one. ``MemoryNetwork`` keeps to the same rules in one process, on
/// a virtual clock, and injects faults by seed.
public protocol Network: NetworkDoor {
  /// Opens a connection, including its TLS handshake where one is asked for.
  ///
  /// `handler` hears of everything that happens on it, first ``ConnectionHandler/opened(_:)``. When
  /// this throws, the handler has heard nothing.
  func connect(
    to endpoint: Endpoint, options: ConnectOptions, handler: any ConnectionHandler
  ) async throws(NetworkError) -> any Connection

  /// Accepts connections at `endpoint` until the listener is closed.
  ///
  /// `accept` makes the handler of each connection; it runs on that connection's loop.
  func listen(
    at endpoint: Endpoint, options: ListenOptions,
    accept: @escaping @Sendable () -> any ConnectionHandler
  ) async throws(NetworkError) -> any Listener

  /// Ends every connection and listener. Whoever connects afterwards is refused with `.closed`.
  func shutDown()
}

extension Network {
  /// Opens a connection with default options.
  public func connect(
    to endpoint: Endpoint, handler: any ConnectionHandler
  ) async throws(NetworkError) -> any Connection {
    try await connect(to: endpoint, options: ConnectOptions(), handler: handler)
  }

  /// Accepts connections with default options.
  public func listen(
    at endpoint: Endpoint, accept: @escaping @Sendable () -> any ConnectionHandler
  ) async throws(NetworkError) -> any Listener {
    try await listen(at: endpoint, options: ListenOptions(), accept: accept)
  }
}
