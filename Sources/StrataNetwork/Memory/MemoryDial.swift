// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// One call of `connect` on a ``MemoryNetwork``. On the loop.
final class MemoryDial: @unchecked Sendable {
  // Sendable: touched on the loop only; `start` and `cancel` hop there.
  typealias Outcome = Result<any Connection, NetworkError>

  private let network: MemoryNetwork
  private let endpoint: Endpoint
  private let options: ConnectOptions
  private let handler: any ConnectionHandler
  private var finish: ((Outcome) -> Void)?
  private var early: Outcome?
  private var deadline: (any CacheTimer)?

  init(
    network: MemoryNetwork, endpoint: Endpoint, options: ConnectOptions,
    handler: any ConnectionHandler
  ) {
    self.network = network
    self.endpoint = endpoint
    self.options = options
    self.handler = handler
  }

  func start(_ finish: @escaping @Sendable (Outcome) -> Void) {
    network.memoryLoop.execute { self.begin(finish) }
  }

  func cancel() {
    network.memoryLoop.execute { self.fail(.cancelled) }
  }

  private func begin(_ finish: @escaping (Outcome) -> Void) {
    if let early { return finish(early) }
    self.finish = finish
    if network.isShutDown { return fail(.closed) }
    let loop = network.memoryLoop
    deadline = loop.schedule(at: loop.now + options.timeout) { self.fail(.timedOut) }
    let conditions = network.conditions(at: endpoint)
    guard !conditions.isPartitioned else { return }
    let isRefused = network.happens(conditions.refusing)
    let roundTrip = network.latency(conditions) + network.latency(conditions)
    _ = loop.schedule(at: loop.now + roundTrip) { self.arrive(isRefused: isRefused) }
  }

  private func arrive(isRefused: Bool) {
    guard finish != nil else { return }
    guard !isRefused, let listener = network.listener(at: endpoint) else { return fail(.refused) }
    // What a handshake between one side with TLS and one without comes to.
    guard (options.tls == nil) == (listener.options.tls == nil) else { return fail(.untrusted) }
    let link = MemoryLink(network: network, listener: listener)
    let connection = link.open(client: handler, options: options)
    end(.success(connection))
  }

  private func fail(_ code: NetworkError.Code) {
    end(.failure(NetworkError(code, operation: "connect")))
  }

  private func end(_ outcome: Outcome) {
    early = early ?? outcome
    deadline?.cancel()
    if let finish = finish.take() { finish(outcome) }
  }
}
