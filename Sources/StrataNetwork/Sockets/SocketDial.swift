// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
import StrataSystem

/// One call of `connect`: from a name to a connection that stands, or an error. On the loop.
///
/// It owns every socket it opens until one of them becomes a connection, and is finished exactly
/// once: by success, failure, the deadline, cancellation or the loop's end, whichever is first.
final class SocketDial: @unchecked Sendable {
  // Sendable: touched on the loop only; `start` and `cancel` hop there.
  typealias Outcome = Result<any Connection, NetworkError>

  private let loop: EventLoop
  private let endpoint: Endpoint
  private let options: ConnectOptions
  private let handler: any ConnectionHandler
  private var finish: ((Outcome) -> Void)?
  private var early: Outcome?
  private var deadline: (any CacheTimer)?
  private var delay: (any CacheTimer)?
  private var addresses: [SocketAddress] = []
  private var race = AddressRace(count: 0)
  private var attempts: [SocketAttempt] = []
  private var transform: (any StreamTransform)?
  private var connection: SocketConnection?

  init(
    loop: EventLoop, endpoint: Endpoint, options: ConnectOptions, handler: any ConnectionHandler
  ) {
    self.loop = loop
    self.endpoint = endpoint
    self.options = options
    self.handler = handler
  }

  /// Begins; `finish` is called once, on the loop.
  func start(_ finish: @escaping @Sendable (Outcome) -> Void) {
    loop.execute { self.begin(finish) }
  }

  /// Gives up.
  func cancel() {
    loop.execute { self.end(.failure(NetworkError(.cancelled, operation: "connect"))) }
  }

  private func begin(_ finish: @escaping (Outcome) -> Void) {
    if let early { return finish(early) }
    self.finish = finish
    deadline = loop.schedule(at: loop.now + options.timeout) {
      self.end(.failure(NetworkError(.timedOut, operation: "connect")))
    }
    if options.tls == nil, let addresses = SocketAddress.numeric(endpoint) {
      return resolved(.success(Target(addresses: addresses, transform: nil)))
    }
    BlockingWork.shared.run { [endpoint, options, loop] in
      let target = Result { () throws(NetworkError) in try Target(endpoint, options) }
      loop.execute { self.resolved(target) }
    }
  }

  private func resolved(_ target: Result<Target, NetworkError>) {
    guard finish != nil else { return }
    switch target {
    case .failure(let error): end(.failure(error))
    case .success(let target):
      addresses = AddressRace.order(target.addresses) { $0.family }
      transform = target.transform
      race = AddressRace(count: addresses.count)
      perform(race.start())
    }
  }

  private func perform(_ actions: [AddressRace.Action]) {
    for action in actions where finish != nil {
      switch action {
      case .attempt(let index): attempt(addresses[index])
      case .fail(let error): end(.failure(error))
      case .armDelay:
        delay?.cancel()
        delay = loop.schedule(at: loop.now + options.attemptDelay) {
          self.perform(self.race.delayPassed())
        }
      }
    }
  }

  private func attempt(_ address: SocketAddress) {
    let attempt = SocketAttempt(loop: loop) { attempt, result in self.answered(attempt, result) }
    attempts.append(attempt)
    attempt.start(address)
  }

  private func answered(_ attempt: SocketAttempt, _ result: Result<Socket, NetworkError>) {
    attempts.removeAll { $0 === attempt }
    switch result {
    case .failure(let error): perform(race.failed(error))
    case .success(let socket):
      dropAttempts()
      establish(socket)
    }
  }

  private func establish(_ socket: Socket) {
    socket.tune(options)
    let connection = SocketConnection(
      loop: loop, socket: socket, endpoint: endpoint, options: options, handler: handler,
      transform: transform)
    self.connection = connection
    connection.start { [self] error in
      self.connection = nil
      if let error { end(.failure(error)) } else { end(.success(connection)) }
    }
  }

  private func end(_ outcome: Outcome) {
    guard let finish = finish.take() else {
      early = early ?? outcome
      return
    }
    early = outcome
    deadline?.cancel()
    dropAttempts()
    connection.take()?.abandon()
    finish(outcome)
  }

  private func dropAttempts() {
    delay?.cancel()
    for attempt in attempts { attempt.cancel() }
    attempts = []
  }
}

/// What must be known before the first attempt.
private struct Target: Sendable {
  var addresses: [SocketAddress]
  var transform: (any StreamTransform)?
}

extension Target {
  init(_ endpoint: Endpoint, _ options: ConnectOptions) throws(NetworkError) {
    transform = try options.tls.map { tls throws(NetworkError) in
      try TLSContext.client(tls, host: endpoint.host)
    }
    addresses = try SocketAddress.lookUp(endpoint)
  }
}
