// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import StrataNetwork
internal import StrataSystem

/// One client's connection through the proxy and the one to the server that belongs to it.
final class FaultLink: @unchecked Sendable {
  // Sendable: everything mutable is touched on the loop only, but for `loop`, set before sharing.
  let number: Int
  private let upstream: Endpoint
  private let network: SocketNetwork
  private let seed: UInt64
  private let ended: @Sendable (FaultLink) -> Void
  private var client: (any Connection)?
  private var server: (any Connection)?
  private var flows: (toServer: FaultFlow, toClient: FaultFlow)?
  private var isOver = false
  private var rules: [FaultRule]

  init(
    number: Int, upstream: Endpoint, network: SocketNetwork, seed: UInt64, rules: [FaultRule],
    ended: @escaping @Sendable (FaultLink) -> Void
  ) {
    self.number = number
    self.upstream = upstream
    self.network = network
    self.seed = seed
    self.rules = rules
    self.ended = ended
  }

  func setRules(_ rules: [FaultRule]) {
    self.rules = rules
    let own = rules.filter { $0.connections.contains(number) }
    flows?.toServer.setRules(own.filter { $0.direction != .toClient })
    flows?.toClient.setRules(own.filter { $0.direction != .toServer })
  }

  /// Ends both connections.
  func cut(_ manner: ClosingManner) {
    guard !isOver else { return }
    isOver = true
    client?.close(manner)
    server?.close(manner)
    ended(self)
  }

  /// How many bytes have left towards the server and the client.
  var passed: (toServer: Int, toClient: Int) {
    (flows?.toServer.passedBytes ?? 0, flows?.toClient.passedBytes ?? 0)
  }

  fileprivate func clientOpened(_ connection: any Connection) {
    client = connection
    let loop = connection.loop
    let toServer = FaultFlow(loop: loop, seed: seed) { [weak self] in self?.cut($0) }
    let toClient = FaultFlow(loop: loop, seed: ~seed) { [weak self] in self?.cut($0) }
    flows = (toServer, toClient)
    setRules(rules)
    toServer.source = connection
    toClient.target = connection
    // From the loop, so that the connection to the server is on it too.
    SystemTasks(executor: loop.taskExecutor).spawn("fault-link") { [self] in
      var options = ConnectOptions()
      options.allowsHalfClosure = true
      let handler = ServerSide(self)
      if (try? await network.connect(to: upstream, options: options, handler: handler)) == nil {
        loop.execute { self.cut(.reset) }
      }
    }
  }

  fileprivate func serverOpened(_ connection: any Connection) {
    guard !isOver else { return connection.close(.reset) }
    server = connection
    flows?.toClient.source = connection
    flows?.toServer.target = connection
  }

  fileprivate func clientSaid(_ bytes: UnsafeRawBufferPointer) { flows?.toServer.take(bytes) }
  fileprivate func serverSaid(_ bytes: UnsafeRawBufferPointer) { flows?.toClient.take(bytes) }
  fileprivate func clientFinished() { flows?.toServer.end() }
  fileprivate func serverFinished() { flows?.toClient.end() }
  fileprivate func clientDrained() { flows?.toClient.drained() }
  fileprivate func serverDrained() { flows?.toServer.drained() }

  fileprivate func sideClosed(_ error: NetworkError?) {
    // In order, both sides have finished; otherwise the other side learns of it the same way.
    cut(error == nil ? .afterSending : .reset)
  }
}

/// The client's side of a link.
final class ClientSide: ConnectionHandler {
  private let link: FaultLink
  init(_ link: FaultLink) { self.link = link }

  func opened(_ connection: any Connection) { link.clientOpened(connection) }
  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection) {
    link.clientSaid(bytes)
  }
  func drained(_ connection: any Connection) { link.clientDrained() }
  func inputEnded(_ connection: any Connection) { link.clientFinished() }
  func closed(_ connection: any Connection, error: NetworkError?) { link.sideClosed(error) }
}

/// The server's side of a link.
private final class ServerSide: ConnectionHandler {
  private let link: FaultLink
  init(_ link: FaultLink) { self.link = link }

  func opened(_ connection: any Connection) { link.serverOpened(connection) }
  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection) {
    link.serverSaid(bytes)
  }
  func drained(_ connection: any Connection) { link.serverDrained() }
  func inputEnded(_ connection: any Connection) { link.serverFinished() }
  func closed(_ connection: any Connection, error: NetworkError?) { link.sideClosed(error) }
}
