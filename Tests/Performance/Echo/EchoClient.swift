// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataNetwork

/// Sends back what it receives.
final class EchoServer: ConnectionHandler {
  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection) {
    connection.write(bytes)
  }
  func closed(_ connection: any Connection, error: NetworkError?) {}
}

/// A pipelining client: callers queue messages from anywhere, answers come back in order.
final class EchoClient: ConnectionHandler {
  static let size = 100

  private struct State: ~Copyable {
    var unsent = ByteQueue()
    var callers: [UnsafeContinuation<Void, Never>] = []
    var partial = 0
  }

  private let state = Lock(State())
  private let message = [UInt8](repeating: 0x78, count: EchoClient.size)

  func roundTrip(_ connection: any Connection) async {
    await withUnsafeContinuation { caller in
      state.withLock { state in
        state.unsent.append(message)
        state.callers.append(caller)
      }
      connection.wake()
    }
  }

  func woken(_ connection: any Connection) {
    state.withLock { state in
      _ = state.unsent.withUnsafeBytes { connection.write($0) }
      state.unsent.removeAll()
    }
  }

  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection) {
    let ready = state.withLock { state in
      state.partial += bytes.count
      let count = state.partial / Self.size
      state.partial %= Self.size
      defer { state.callers.removeFirst(count) }
      return Array(state.callers.prefix(count))
    }
    for caller in ready { caller.resume() }
  }

  func closed(_ connection: any Connection, error: NetworkError?) {}
}
