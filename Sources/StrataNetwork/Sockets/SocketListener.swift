// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization
internal import StrataCore

#if canImport(Darwin)
  private import Darwin
#else
  private import Glibc
#endif

/// A listening socket. It accepts on one loop and spreads connections over all.
final class SocketListener: Listener, LoopTarget, @unchecked Sendable {
  // Sendable: constant but for `socket` and `rest`, which belong to the loop, and an atomic.

  /// How many connections are accepted before others have their turn.
  private static let acceptsPerTurn = 64

  let endpoint: Endpoint
  private let loop: EventLoop
  private let options: ListenOptions
  private let identity: TLSContext?
  private let chooseLoop: @Sendable () -> EventLoop
  private let makeHandler: @Sendable () -> any ConnectionHandler
  private let isClosed = Atomic(false)
  private let descriptor: Int32
  private var socket: Socket?
  private var rest: (any CacheTimer)?

  init(
    loop: EventLoop, socket: Socket, endpoint: Endpoint, options: ListenOptions,
    identity: TLSContext?, chooseLoop: @escaping @Sendable () -> EventLoop,
    makeHandler: @escaping @Sendable () -> any ConnectionHandler
  ) {
    self.loop = loop
    self.socket = socket
    self.endpoint = endpoint
    self.options = options
    self.identity = identity
    self.chooseLoop = chooseLoop
    self.makeHandler = makeHandler
    descriptor = socket.descriptor
  }

  /// Joins the loop. Returns the error number or 0.
  func start() -> Int32 {
    let number = loop.add(descriptor, self)
    if number != 0 { end() }
    return number
  }

  func ready(_ readiness: Readiness) {
    guard let socket, rest == nil else { return }
    for _ in 0..<Self.acceptsPerTurn {
      switch socket.accept() {
      case .done(let descriptor): open(Socket(descriptor: Int32(descriptor)))
      case .wouldBlock: return
      case .failed(let error):
        // Out of descriptors: they will not come back within this turn. Anything else concerns one
        // connection that is gone already.
        guard error.code == .tooManyFiles else { continue }
        rest = loop.schedule(at: loop.now + .milliseconds(50)) {
          self.rest = nil
          self.ready(.readable)
        }
        return
      }
    }
    loop.runAgain(self)
  }

  func again() { ready(.readable) }

  func loopEnds() {
    isClosed.store(true, ordering: .relaxed)
    end()
  }

  func close() {
    guard !isClosed.exchange(true, ordering: .relaxed) else { return }
    // Refuses newcomers from now on; the descriptor itself is closed on the loop, where it is used.
    shutdown(descriptor, Int32(SHUT_RDWR))
    loop.execute { self.end() }
  }

  private func end() {
    rest?.cancel()
    guard let socket = socket.take() else { return }
    loop.remove(socket.descriptor)
    socket.close()
    if case .unix(let path) = endpoint { unlink(path) }
  }

  private func open(_ socket: Socket) {
    let loop = chooseLoop()
    loop.execute { self.establish(socket, on: loop) }
  }

  private func establish(_ socket: Socket, on loop: EventLoop) {
    var connectionOptions = options.connection
    connectionOptions.tls = options.tls
    socket.tune(connectionOptions)
    let peer = SocketAddress(of: socket.descriptor, getpeername)?.endpoint ?? endpoint
    let transform: (any StreamTransform)?
    do throws(NetworkError) {
      transform = try identity?.server()
    } catch {
      return socket.close()
    }
    let connection = SocketConnection(
      loop: loop, socket: socket, endpoint: peer, options: connectionOptions,
      handler: makeHandler(), transform: transform)
    let deadline = loop.schedule(at: loop.now + options.handshakeTimeout) { connection.abandon() }
    connection.start { _ in deadline.cancel() }
  }
}
