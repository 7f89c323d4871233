// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// One socket that is connecting. On the loop.
final class SocketAttempt: LoopTarget, @unchecked Sendable {
  // Sendable: touched on the loop only.
  private let loop: EventLoop
  private var finish: ((SocketAttempt, Result<Socket, NetworkError>) -> Void)?
  private var socket: Socket?

  init(
    loop: EventLoop, finish: @escaping (SocketAttempt, Result<Socket, NetworkError>) -> Void
  ) {
    self.loop = loop
    self.finish = finish
  }

  func start(_ address: SocketAddress) {
    do throws(NetworkError) {
      let socket = try Socket.open(address.family)
      self.socket = socket
      if let error = socket.connect(to: address) { throw error }
      let number = loop.add(socket.descriptor, self)
      if number != 0 { throw .system(number, "connect") }
    } catch {
      // Later, so that the race is never told within its own call.
      loop.execute { self.end(.failure(error)) }
    }
  }

  func ready(_ readiness: Readiness) {
    guard let socket, readiness.contains(.writable) else { return }
    if let error = socket.pendingError("connect") { return end(.failure(error)) }
    loop.remove(socket.descriptor)
    self.socket = nil
    end(.success(socket))
  }

  func loopEnds() { end(.failure(NetworkError(.closed, operation: "connect"))) }

  func cancel() {
    finish = nil
    closeSocket()
  }

  private func end(_ result: Result<Socket, NetworkError>) {
    closeSocket()
    if let finish = finish.take() { finish(self, result) }
  }

  private func closeSocket() {
    guard let socket = socket.take() else { return }
    loop.remove(socket.descriptor)
    socket.close()
  }
}
