// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataSystem

#if canImport(Darwin)
  private import Darwin
#else
  private import CPoll
  private import Glibc
#endif

/// A stream socket of the system: non-blocking, closed on `exec`, raising no signal.
///
/// A thin shell over the system calls, without an owner: whoever holds it closes it once.
struct Socket: Sendable {
  /// What a call on a non-blocking socket came to.
  enum Progress {
    case done(Int)
    case wouldBlock
    case failed(NetworkError)
  }

  let descriptor: Int32

  /// Opens a socket for addresses of `family`.
  static func open(_ family: Int32) throws(NetworkError) -> Socket {
    #if canImport(Darwin)
      let descriptor = socket(family, SOCK_STREAM, 0)
    #else
      let descriptor = strata_stream_socket(family)
    #endif
    guard descriptor >= 0 else { throw .last("socket") }
    return Socket(descriptor: descriptor).prepared()
  }

  /// Begins to connect; `nil` where the answer will come as readiness to write.
  func connect(to address: SocketAddress) -> NetworkError? {
    let result = address.withPointer { pointer, length in
      #if canImport(Darwin)
        Darwin.connect(descriptor, pointer, length)
      #else
        Glibc.connect(descriptor, pointer, length)
      #endif
    }
    // Interrupted or not, the attempt goes on by itself.
    if result == 0 || errno == EINPROGRESS || errno == EINTR { return nil }
    // A Unix socket whose backlog is full says so this way.
    if errno == EAGAIN { return NetworkError(.refused, operation: "connect", number: EAGAIN) }
    return .last("connect")
  }

  /// The error that the system holds for this socket, if any.
  func pendingError(_ operation: String) -> NetworkError? {
    let number = option(SOL_SOCKET, SO_ERROR)
    return number == 0 ? nil : .system(number, operation)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Progress {
    let count = uninterrupted { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    return count >= 0 ? .done(count) : stalled("read")
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> Progress {
    let count = uninterrupted {
      #if canImport(Darwin)
        send(descriptor, bytes.baseAddress, bytes.count, 0)
      #else
        strata_send(descriptor, bytes.baseAddress, bytes.count)
      #endif
    }
    return count >= 0 ? .done(count) : stalled("write")
  }

  func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  func listen(at address: SocketAddress, backlog: Int32) throws(NetworkError) {
    set(SOL_SOCKET, SO_REUSEADDR, 1)
    let bound = address.withPointer { bind(descriptor, $0, $1) }
    guard bound == 0 else { throw .last("bind") }
    #if canImport(Darwin)
      let listening = Darwin.listen(descriptor, backlog)
    #else
      let listening = Glibc.listen(descriptor, backlog)
    #endif
    guard listening == 0 else { throw .last("listen") }
  }

  /// Accepts a connection; `done` carries its descriptor.
  func accept() -> Progress {
    let accepted = uninterrupted {
      #if canImport(Darwin)
        Darwin.accept(descriptor, nil, nil)
      #else
        strata_accept(descriptor)
      #endif
    }
    guard accepted >= 0 else { return stalled("accept") }
    return .done(Int(Socket(descriptor: accepted).prepared().descriptor))
  }

  func close() {
    #if canImport(Darwin)
      _ = Darwin.close(descriptor)
    #else
      _ = Glibc.close(descriptor)
    #endif
  }

  /// Closes so that the peer sees a reset.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    close()
  }

  private func stalled(_ operation: String) -> Progress {
    errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .failed(.last(operation))
  }
}

extension Socket {
  /// Sends small messages at once, probes an idle peer, and bounds the wait for acknowledgements.
  func tune(_ options: ConnectOptions) {
    set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    if let idle = options.keepAlive {
      let seconds = Int32(clamping: max(1, idle.components.seconds))
      set(SOL_SOCKET, SO_KEEPALIVE, 1)
      #if canImport(Darwin)
        set(Int32(IPPROTO_TCP), TCP_KEEPALIVE, seconds)
      #else
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, seconds)
      #endif
      set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, max(1, seconds / 4))
      set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
    }
    #if os(Linux)
      if let limit = options.acknowledgeTimeout {
        let milliseconds = max(1, limit.components.seconds) * 1_000
        set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: milliseconds))
      }
    #endif
  }

  /// The value of an integer option, 0 where it has none.
  func option(_ level: Int32, _ name: Int32) -> Int32 {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, level, name, &value, &length)
    return value
  }

  private func set(_ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  private func prepared() -> Socket {
    #if canImport(Darwin)
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      set(SOL_SOCKET, SO_NOSIGPIPE, 1)
    #endif
    return self
  }
}
