// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization
internal import StrataCore
import StrataSystem

#if canImport(Darwin)
  private import Darwin
#else
  private import Glibc
#endif

/// The live network: sockets of the system on a few event loops.
///
/// Connections are spread over the loops in turn; one that is opened from a loop stays on it. One
/// loop carries about a million small requests a second, so more are worth their threads only
/// where cores idle.
///
/// ```swift
/// let runtime = CacheRuntime.live(network: SocketNetwork())
/// ```
public final class SocketNetwork: Network {
  /// The loops.
  public let loops: [EventLoop]
  private let turn = Atomic<UInt>(0)
  private let isShutDown = Atomic(false)

  /// Creates a network on `loopCount` loops, at least one.
  public init(loopCount: Int = 1) {
    loops = (0..<max(1, loopCount)).map { _ in EventLoop() }
  }

  deinit { shutDown() }

  /// Ends every connection and listener, and the loops' threads.
  public func shutDown() {
    isShutDown.store(true, ordering: .sequentiallyConsistent)
    for loop in loops { loop.shutDown() }
  }

  /// Opens a connection, including its TLS handshake where one is asked for.
  public func connect(
    to endpoint: Endpoint, options: ConnectOptions, handler: any ConnectionHandler
  ) async throws(NetworkError) -> any Connection {
    guard !isShutDown.load(ordering: .relaxed) else {
      throw NetworkError(.closed, operation: "connect")
    }
    let dial = SocketDial(
      loop: chooseLoop(), endpoint: endpoint, options: options, handler: handler)
    let outcome: SocketDial.Outcome = await withTaskCancellationHandler {
      await Handover.wait { handover in dial.start { handover.finish($0) } }
    } onCancel: {
      dial.cancel()
    }
    return try outcome.get()
  }

  /// Accepts connections at `endpoint` until the listener is closed.
  public func listen(
    at endpoint: Endpoint, options: ListenOptions,
    accept: @escaping @Sendable () -> any ConnectionHandler
  ) async throws(NetworkError) -> any Listener {
    guard !isShutDown.load(ordering: .relaxed) else {
      throw NetworkError(.closed, operation: "listen")
    }
    let loop = chooseLoop()
    let prepared: Result<SocketListener, NetworkError> = await Handover.wait { handover in
      BlockingWork.shared.run { [loops] in
        let listener = Result { () throws(NetworkError) in
          try Self.prepare(loop, endpoint, options, loops, accept)
        }
        loop.execute { handover.finish(listener.flatMap(Self.start)) }
      }
    }
    return try prepared.get()
  }

  private func chooseLoop() -> EventLoop { Self.choose(loops, turn) }

  private static func choose(_ loops: [EventLoop], _ turn: borrowing Atomic<UInt>) -> EventLoop {
    if let current = loops.first(where: \.isCurrent) { return current }
    let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return loops[Int(index % UInt(loops.count))]
  }

  private static func prepare(
    _ loop: EventLoop, _ endpoint: Endpoint, _ options: ListenOptions, _ loops: [EventLoop],
    _ accept: @escaping @Sendable () -> any ConnectionHandler
  ) throws(NetworkError) -> SocketListener {
    let identity = try options.tls.map { tls throws(NetworkError) in
      try TLSContext(tls, role: .server)
    }
    guard let address = try SocketAddress.lookUp(endpoint, forListening: true).first else {
      throw NetworkError(.unknownHost, operation: "listen", detail: "no address")
    }
    let socket = try Socket.open(address.family)
    do throws(NetworkError) {
      if case .unix(let path) = endpoint { try clear(path, address) }
      try socket.listen(at: address, backlog: options.backlog)
    } catch {
      socket.close()
      throw error
    }
    let bound = SocketAddress(of: socket.descriptor, getsockname)?.endpoint ?? endpoint
    let spread = LoopSpread(loops)
    return SocketListener(
      loop: loop, socket: socket, endpoint: bound, options: options, identity: identity,
      chooseLoop: { spread.next() }, makeHandler: accept)
  }

  private static func start(_ listener: SocketListener) -> Result<SocketListener, NetworkError> {
    let number = listener.start()
    return number == 0 ? .success(listener) : .failure(.system(number, "listen"))
  }

  /// Removes the socket file of a process that is gone; one that answers stays.
  private static func clear(_ path: String, _ address: SocketAddress) throws(NetworkError) {
    let probe = try Socket.open(address.family)
    defer { probe.close() }
    if probe.connect(to: address)?.number == ECONNREFUSED { unlink(path) }
  }
}

/// Takes loops in turn.
private final class LoopSpread: Sendable {
  private let loops: [EventLoop]
  private let turn = Atomic<UInt>(0)

  init(_ loops: [EventLoop]) { self.loops = loops }

  func next() -> EventLoop {
    loops[Int(turn.wrappingAdd(1, ordering: .relaxed).oldValue % UInt(loops.count))]
  }
}
