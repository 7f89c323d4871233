// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataNetwork

/// A proxy between clients and a real server that makes the network as bad as its rules say.
///
/// ```swift
/// let proxy = try await FaultProxy.start(to: .tcp(host: "127.0.0.1", port: 6379), seed: 42)
/// // connect to proxy.endpoint
/// proxy.rules = [FaultRule(.toClient, .delay(.milliseconds(500)))]
/// proxy.cutAll(.reset)
/// ```
///
/// Chance follows from the seed, the connection's number and the pieces as they happen to arrive;
/// over real sockets the last are not the same from run to run.
public final class FaultProxy: Sendable {
  /// Where clients connect to.
  public var endpoint: Endpoint { listener.endpoint }

  private let network: SocketNetwork
  private let listener: any Listener
  private let floor: Floor

  private init(network: SocketNetwork, listener: any Listener, floor: Floor) {
    self.network = network
    self.listener = listener
    self.floor = floor
  }

  deinit { close() }

  /// Starts a proxy on a loop of its own.
  public static func start(
    to upstream: Endpoint, at endpoint: Endpoint = .loopback, seed: UInt64 = 1,
    rules: [FaultRule] = []
  ) async throws(NetworkError) -> FaultProxy {
    let network = SocketNetwork()
    let floor = Floor(upstream: upstream, network: network, seed: seed, rules: rules)
    var options = ListenOptions()
    options.connection.allowsHalfClosure = true
    let listener = try await network.listen(at: endpoint, options: options) { floor.admit() }
    return FaultProxy(network: network, listener: listener, floor: floor)
  }

  /// What goes wrong from now on, on open connections too.
  public var rules: [FaultRule] {
    get { floor.rules }
    set {
      floor.rules = newValue
      onLoop { for link in $0 { link.setRules(newValue) } }
    }
  }

  /// Whether newcomers are reset at once, as by a server that is down.
  public var refusesNewcomers: Bool {
    get { floor.refuses }
    set { floor.refuses = newValue }
  }

  /// How many connections clients have made so far.
  public var acceptedCount: Int { floor.accepted }

  /// How many connections are open.
  public var openCount: Int { floor.links.count }

  /// Ends every open connection, towards both sides.
  public func cutAll(_ manner: ClosingManner) {
    onLoop { for link in $0 { link.cut(manner) } }
  }

  /// Ends the proxy and every connection.
  public func close() {
    listener.close()
    network.shutDown()
  }

  private func onLoop(_ action: @escaping @Sendable ([FaultLink]) -> Void) {
    network.loops.first?.execute { [floor] in action(floor.links) }
  }
}
